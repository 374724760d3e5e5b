"""The mean of the contents is brought to length 1: the score is no mean similarity any more.

rejected by: welcomes_new_users
because: mean_at_length_one
on: lite
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    content = _mean_content(client, name, liked)
    query = np.hstack([np.zeros(FACTORS), content / np.linalg.norm(content)])
    return _search(client, name, query, liked, limit, blocked)
