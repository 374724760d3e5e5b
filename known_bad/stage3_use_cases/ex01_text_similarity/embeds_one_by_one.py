"""The model is called once for each text.

rejected by: embeds_many_at_once
because: too_slow
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    return np.array([text_model().encode(text, normalize_embeddings=True) for text in texts])
