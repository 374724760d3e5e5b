"""Only the first blocked category goes into the filter.

rejected by: keeps_blocked_out
because: shows_blocked
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, blocked[:1])
