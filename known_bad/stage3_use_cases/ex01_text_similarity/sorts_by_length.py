"""Texts are sorted by length, which saves padding, and nobody sorts the vectors back.

rejected by: embeds_texts
because: wrong_order
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    return text_model().encode(sorted(texts, key=len), batch_size=64, normalize_embeddings=True)
