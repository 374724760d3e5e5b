"""blocked is an argument that nobody uses.

rejected by: keeps_blocked_out
because: shows_blocked
on: lite, server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, ())
