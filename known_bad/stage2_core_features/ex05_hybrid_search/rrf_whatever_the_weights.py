"""The ranker of search_hybrid is used here too.

rejected by: weighs_the_scores
because: ranks_instead_of_scores
on: lite
"""

from __future__ import annotations


def search_weighted(client, name, question, vector, limit, share_of_words):
    return search_hybrid(client, name, question, vector, limit)
