"""Ten films are searched for, and those that the user knows are thrown out afterwards.

rejected by: never_shows_seen
because: too_few
on: lite, server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [], limit, blocked)
    return [hit for hit in hits if hit[0] not in seen]
