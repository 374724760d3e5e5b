"""The filter is handed to hybrid_search(), which takes any keyword and says nothing.

rejected by: keeps_to_the_category
because: foreign_category
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    requests = _requests(question, vector)
    return _scored(client.hybrid_search(name, requests, RRFRanker(K), limit=limit, filter=_in(category))[0])
