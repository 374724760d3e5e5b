"""The zeros stand before the factors, and taste is compared with content.

rejected by: recommends_by_taste
because: wrong_films
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    query = np.hstack([np.zeros(CONTENT), user])
    return _search(client, name, query, seen, limit, blocked)
