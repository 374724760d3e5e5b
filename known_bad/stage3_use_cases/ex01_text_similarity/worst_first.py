"""The least similar document comes first.

rejected by: finds_the_nearest
because: not_sorted
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return sorted(best.items(), key=lambda hit: hit[1])
