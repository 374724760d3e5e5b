"""Only the last hundred films go into the filter, which had become so long.

rejected by: never_shows_seen
because: shows_seen
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen[-100:], limit, blocked)
