"""An empty text becomes an empty chunk.

rejected by: cuts_texts_into_chunks
because: nothing_new
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    every = text.split()
    starts = range(0, max(len(every) - overlap, 1), words - overlap)
    return [" ".join(every[start : start + words]) for start in starts]
