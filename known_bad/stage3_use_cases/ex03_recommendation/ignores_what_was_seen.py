"""seen is an argument that nobody uses: in the demonstration nobody had seen anything.

rejected by: never_shows_seen
because: shows_seen
on: lite, server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [], limit, blocked)
