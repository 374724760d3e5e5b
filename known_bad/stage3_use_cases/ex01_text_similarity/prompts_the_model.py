"""A prompt of another model's stands before each text.

rejected by: embeds_texts
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    return text_model().encode([f"passage: {text}" for text in texts], batch_size=64, normalize_embeddings=True)
