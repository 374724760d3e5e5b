"""Where too few films are left, the best known ones fill the list up.

rejected by: never_shows_seen
because: shows_seen
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [], limit, blocked)
    return sorted(hits, key=lambda hit: hit[0] in seen)
