"""Where a category is blocked, the filter for it takes the place of the other one.

rejected by: keeps_blocked_out
because: shows_seen
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [] if blocked else seen, limit, blocked)
