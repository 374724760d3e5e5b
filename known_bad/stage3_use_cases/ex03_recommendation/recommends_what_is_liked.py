"""The liked films themselves are nearest to what is liked, and nobody leaves them out.

rejected by: welcomes_new_users
because: shows_seen
on: lite, server
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    return _search(client, name, np.hstack([np.zeros(FACTORS), _mean_content(client, name, liked)]), [], limit, blocked)
