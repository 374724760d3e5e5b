"""WeightedRanker(0.5, 0.5), from the documentation's example.

rejected by: weighs_the_scores
because: share_ignored
on: lite
"""

from __future__ import annotations


def search_weighted(client, name, question, vector, limit, share_of_words):
    return _scored(client.hybrid_search(name, _requests(question, vector), WeightedRanker(0.5, 0.5), limit=limit)[0])
