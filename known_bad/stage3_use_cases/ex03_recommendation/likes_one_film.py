"""Only the first liked film counts.

rejected by: welcomes_new_users
because: first_one_only
on: lite
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    query = np.hstack([np.zeros(FACTORS), _mean_content(client, name, liked[:1])])
    return _search(client, name, query, liked, limit, blocked)
