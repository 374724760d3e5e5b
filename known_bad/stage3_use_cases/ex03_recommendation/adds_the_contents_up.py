"""The contents are added up, so that who likes more films gets greater scores.

rejected by: welcomes_new_users
because: sum_of_similarities
on: lite
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    content = np.sum([_mean_content(client, name, [film]) for film in liked], axis=0)
    return _search(client, name, np.hstack([np.zeros(FACTORS), content]), liked, limit, blocked)
