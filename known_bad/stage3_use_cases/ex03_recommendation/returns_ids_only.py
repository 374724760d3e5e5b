"""Only ids are returned.

rejected by: recommends_by_taste
because: wrong_type
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    query = np.hstack([user, np.zeros(CONTENT)])
    return [key for key, _ in _search(client, name, query, seen, limit, blocked)]
