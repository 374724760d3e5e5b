"""The last chunk consists of the overlap alone.

rejected by: cuts_texts_into_chunks
because: nothing_new
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    every = text.split()
    return [" ".join(every[start : start + words]) for start in range(0, len(every), words - overlap)]
