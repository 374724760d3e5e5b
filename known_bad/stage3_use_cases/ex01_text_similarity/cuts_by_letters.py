"""The text is cut by letters, in the middle of words.

rejected by: cuts_texts_into_chunks
because: wrong_chunks
on: lite, server
"""

from __future__ import annotations


def chunk(text, words=WORDS, overlap=OVERLAP):
    plain = " ".join(text.split())
    size, step = words * 3, (words - overlap) * 3
    return [plain[start : start + size] for start in range(0, max(len(plain) - overlap * 3, 1), step) if plain]
