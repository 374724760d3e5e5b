"""A text is its first chunk: what matters stands at the top, it is hoped.

rejected by: cuts_texts_into_chunks
because: words_lost
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    return [" ".join(text.split()[:words])] if text.split() else []
