"""Articles of other categories are thrown out of the fused list.

rejected by: keeps_to_the_category
because: too_few
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    requests = _requests(question, vector)
    hits = client.hybrid_search(name, requests, RRFRanker(K), limit=limit, output_fields=["category"])[0]
    return [(hit["id"], hit["distance"]) for hit in hits if category in (None, hit["entity"]["category"])]
