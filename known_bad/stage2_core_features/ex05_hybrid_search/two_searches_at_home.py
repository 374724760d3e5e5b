"""Both searches are sent by themselves and fused in Python.

rejected by: asks_once
because: several_requests
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    scores = {}
    lists = (
        search_words(client, name, question, CANDIDATES, category),
        search_meaning(client, name, vector, CANDIDATES, category),
    )
    for keys in lists:
        for rank, key in enumerate(keys, 1):
            scores[key] = scores.get(key, 0) + 1 / (K + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])[:limit]
