"""The beginning of a text has to do, as if it were its title.

rejected by: embeds_texts
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    return text_model().encode([text[:40] for text in texts], batch_size=64, normalize_embeddings=True)
