"""The first of each category is picked out of as many articles as were asked for.

rejected by: finds_one_per_category
because: too_few_categories
on: lite
"""

from __future__ import annotations


def search_one_per_category(client, name, question, vector, limit):
    requests = _requests(question, vector)
    hits = client.hybrid_search(name, requests, RRFRanker(K), limit=limit, output_fields=["category"])[0]
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["category"], (hit["id"], hit["distance"]))
    return list(best.values())
