"""The distance of a hit is subtracted from 1, as for other databases.

rejected by: finds_the_nearest
because: distance_for_similarity
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], 1 - hit["distance"])
    return list(best.items())[::-1]
