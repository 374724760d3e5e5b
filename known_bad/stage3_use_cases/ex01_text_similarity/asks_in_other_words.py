"""The question gets a preface before it is embedded.

rejected by: finds_the_nearest
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([f"Question: {question}"]), limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return list(best.items())
