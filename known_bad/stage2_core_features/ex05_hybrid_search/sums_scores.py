"""Scores are summed where ranks were asked for.

rejected by: fuses_by_rank
because: fuses_scores
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    requests = _requests(question, vector, category)
    return _scored(client.hybrid_search(name, requests, WeightedRanker(0.5, 0.5), limit=limit)[0])
