"""As many films more are searched for as the user has seen, and thrown out at home.

rejected by: asks_once
because: fetched_more
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [], limit + len(seen), blocked)
    return [hit for hit in hits if hit[0] not in seen][:limit]
