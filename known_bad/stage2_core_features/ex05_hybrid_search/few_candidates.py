"""Each search looks for as many articles as are asked for in the end, and no more.

rejected by: fuses_by_rank
because: too_few_candidates
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    only = "" if category is None else f'category == "{category}"'
    requests = [
        AnnSearchRequest([question], "words", {}, limit=limit, expr=only),
        AnnSearchRequest([vector.tolist()], "meaning", {}, limit=limit, expr=only),
    ]
    return [(hit["id"], hit["distance"]) for hit in client.hybrid_search(name, requests, RRFRanker(K), limit=limit)[0]]
