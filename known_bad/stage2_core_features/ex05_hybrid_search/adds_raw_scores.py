"""norm_score=False: BM25 and cosines are added as they are.

rejected by: weighs_the_scores
because: not_on_one_scale
on: lite
"""

from __future__ import annotations


def search_weighted(client, name, question, vector, limit, share_of_words):
    ranker = WeightedRanker(share_of_words, 1 - share_of_words, norm_score=False)
    return _scored(client.hybrid_search(name, _requests(question, vector), ranker, limit=limit)[0])
