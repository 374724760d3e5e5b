"""A document is as good as the worst of its chunks that was found.

rejected by: names_each_document_once
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit * 10, ["document"])
    best = {}
    for hit in hits:
        best[hit["entity"]["document"]] = hit["distance"]
    return sorted(best.items(), key=lambda hit: -hit[1])[:limit]
