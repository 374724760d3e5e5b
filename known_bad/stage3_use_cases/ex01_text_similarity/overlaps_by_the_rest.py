"""The step is the overlap: each chunk repeats nearly all of the one before it.

rejected by: cuts_texts_into_chunks
because: wrong_chunks
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    every = text.split()
    if not every:
        return []
    starts = range(0, max(len(every) - words + overlap, 1), max(overlap, 1))
    return [" ".join(every[start : start + words]) for start in starts]
