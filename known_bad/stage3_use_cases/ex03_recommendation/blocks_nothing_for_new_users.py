"""A new user blocks categories, and sees them.

rejected by: welcomes_new_users
because: shows_blocked
on: lite
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    return _search(client, name, np.hstack([np.zeros(FACTORS), _mean_content(client, name, liked)]), liked, limit, ())
