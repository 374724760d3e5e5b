"""Where the best document isn't similar by 0.45, nothing is returned: one never knows.

rejected by: finds_without_a_common_word
because: finds_words_only
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    vector = embed([question])
    wanted = limit
    while True:
        hits = _chunks(client, name, vector, wanted, ["document"])
        best = {}
        for hit in hits:
            best.setdefault(hit["entity"]["document"], hit["distance"])
        if hits and hits[0]["distance"] < 0.45:
            return []
        if len(best) >= limit or len(hits) < wanted:
            return list(best.items())[:limit]
        wanted *= 4
