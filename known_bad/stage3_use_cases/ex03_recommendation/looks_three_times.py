"""Every search is made three times, and the last answer is returned: it used to fail now and then.

rejected by: is_as_fast_as_the_reference
because: too_slow
on: lite, server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    for _ in range(3):
        hits = _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, blocked)
    return hits
