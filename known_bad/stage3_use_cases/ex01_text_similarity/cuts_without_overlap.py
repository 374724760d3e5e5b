"""The chunks stand side by side and repeat nothing.

rejected by: cuts_texts_into_chunks
because: no_overlap
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    every = text.split()
    return [" ".join(every[start : start + words]) for start in range(0, len(every), words)]
