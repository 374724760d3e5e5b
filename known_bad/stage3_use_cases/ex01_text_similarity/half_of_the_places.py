"""A search asks for half as many chunks, since documents overlap.

rejected by: finds_the_nearest
because: misses_neighbours
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), max(limit // 2, 1), ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return list(best.items())
