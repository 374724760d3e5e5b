"""The same taste for everybody: the longest vectors win, whoever asks.

rejected by: beats_popularity
because: no_better_than_popularity
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    query = np.hstack([np.abs(user), np.zeros(CONTENT)]) * [1, *[0] * (FACTORS + CONTENT - 1)]
    hits = _search(client, name, query, seen, limit, blocked)
    return hits if hits[0][1] > 0 else _search(client, name, -query, seen, limit, blocked)
