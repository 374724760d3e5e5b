"""The field is misspelt: the client takes any keyword, and says nothing.

rejected by: finds_one_per_category
because: category_twice
on: lite
"""

from __future__ import annotations


def search_one_per_category(client, name, question, vector, limit):
    requests = _requests(question, vector)
    return _scored(client.hybrid_search(name, requests, RRFRanker(K), limit=limit, groupby_field="category")[0])
