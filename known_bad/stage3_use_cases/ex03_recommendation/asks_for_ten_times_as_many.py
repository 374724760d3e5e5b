"""Ten times as many films are searched for, to have enough left when the known ones are thrown out.

rejected by: never_shows_seen
because: too_few
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [], 10 * limit, blocked)
    return [hit for hit in hits if hit[0] not in seen][:limit]
