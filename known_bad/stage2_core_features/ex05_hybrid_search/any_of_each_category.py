"""The first article of each category that a search by key brings, not the best one.

rejected by: finds_one_per_category
because: not_the_best
on: lite
"""

from __future__ import annotations


def search_one_per_category(client, name, question, vector, limit):
    hits = client.hybrid_search(name, _requests(question, vector), RRFRanker(K), limit=99, output_fields=["category"])[
        0
    ]
    worst = {hit["entity"]["category"]: (hit["id"], hit["distance"]) for hit in hits}
    return sorted(worst.values(), key=lambda pair: -pair[1])[:limit]
