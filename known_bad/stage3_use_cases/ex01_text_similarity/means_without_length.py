"""The vectors of the words are averaged by hand, and the mean isn't brought to length 1.

rejected by: embeds_texts
because: not_normalised
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    words = text_model().encode(texts, output_value="token_embeddings")
    return np.array([vectors.mean(axis=0).numpy() for vectors in words])
