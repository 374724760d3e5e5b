"""The query is brought to length 1: the order stays, and the scores mean nothing.

rejected by: recommends_by_taste
because: normalises_the_user
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    query = np.hstack([user / np.linalg.norm(user), np.zeros(CONTENT)])
    return _search(client, name, query, seen, limit, blocked)
