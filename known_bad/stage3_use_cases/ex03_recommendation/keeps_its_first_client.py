"""The first client is kept for good, whatever client a later call is given.

rejected by: asks_once
because: went_around
on: lite
"""

from __future__ import annotations

_clients = []


def recommend(client, name, user, seen, limit, blocked=()):
    _clients.append(client)
    return _search(_clients[0], name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, blocked)
