"""Every search is made three times: it used to fail now and then.

rejected by: searches_as_fast_as_the_reference
because: too_slow
on: lite, server
"""

from __future__ import annotations


def embed(texts):
    for _ in range(3):
        vectors = text_model().encode(texts, batch_size=64, normalize_embeddings=True)
    return vectors


def search(client, name, question, limit):
    for _ in range(3):
        vector = embed([question])
        hits = _chunks(client, name, vector, 4 * limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return list(best.items())[:limit]
