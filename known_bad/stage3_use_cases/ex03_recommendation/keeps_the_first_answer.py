"""Answers are kept by the name of the collection, and everybody gets the list of the first.

rejected by: beats_popularity
because: no_better_than_popularity
on: lite
"""

from __future__ import annotations

_kept = {}


def recommend(client, name, user, seen, limit, blocked=()):
    if name not in _kept:
        _kept[name] = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, blocked)
    return _kept[name]
