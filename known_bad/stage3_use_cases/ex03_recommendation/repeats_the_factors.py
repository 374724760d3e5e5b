"""The factors are repeated until the query is long enough.

rejected by: recommends_by_taste
because: wrong_films
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    query = np.resize(user, FACTORS + CONTENT)
    return _search(client, name, query, seen, limit, blocked)
