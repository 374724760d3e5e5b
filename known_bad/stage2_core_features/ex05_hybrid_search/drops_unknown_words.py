"""An article that only one search finds is taken for an error and left out, if its word is rare.

rejected by: finds_what_one_search_alone_finds
because: misses_the_word
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    hits = client.hybrid_search(name, _requests(question, vector, category), RRFRanker(K), limit=limit + 1)[0]
    if len(question.split()) > 1:
        return _scored(hits)[:limit]
    near = set(search_meaning(client, name, vector, CANDIDATES, category))
    return [pair for pair in _scored(hits) if pair[0] in near][:limit]
