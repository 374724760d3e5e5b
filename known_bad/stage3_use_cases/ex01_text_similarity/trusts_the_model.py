"""A text isn't cut at all: the model takes any string.

rejected by: cuts_texts_into_chunks
because: too_long
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    return [" ".join(text.split())] if text.split() else []
