"""The weights come in another order than the requests.

rejected by: weighs_the_scores
because: weights_swapped
on: lite
"""

from __future__ import annotations


def search_weighted(client, name, question, vector, limit, share_of_words):
    ranker = WeightedRanker(1 - share_of_words, share_of_words)
    return _scored(client.hybrid_search(name, _requests(question, vector), ranker, limit=limit)[0])
