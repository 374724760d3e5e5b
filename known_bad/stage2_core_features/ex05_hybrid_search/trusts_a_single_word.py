"""A question of one word is taken for a product number, for which words alone will do.

rejected by: finds_what_one_search_alone_finds
because: misses_the_meaning
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    if len(question.split()) == 1:
        keys = search_words(client, name, question, limit, category)
        return [(key, 1 / (K + rank)) for rank, key in enumerate(keys, 1)]
    return _scored(client.hybrid_search(name, _requests(question, vector, category), RRFRanker(K), limit=limit)[0])
