"""RRFRanker(1): the first of each list outweighs everything else.

rejected by: fuses_by_rank
because: wrong_k
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    hits = client.hybrid_search(name, _requests(question, vector, category), RRFRanker(1), limit=limit)[0]
    return _scored(hits)
