"""Only full chunks are kept, and what is left at the end of a text is in none.

rejected by: cuts_texts_into_chunks
because: words_lost
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    every = text.split()
    step = words - overlap
    count = max((len(every) - overlap) // step, 1)
    if not every:
        return []
    return [" ".join(every[n * step : n * step + words]) for n in range(count)]
