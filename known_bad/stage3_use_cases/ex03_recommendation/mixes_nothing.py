"""Hybrid in name: the content was taken out when something broke.

rejected by: mixes_taste_and_content
because: taste_only
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    content = _mean_content(client, name, seen)
    query = np.hstack([user, 0 * content])
    return _search(client, name, query, seen, limit, blocked)
