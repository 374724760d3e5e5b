"""Both parts are put one behind the other without weights.

rejected by: mixes_taste_and_content
because: unweighted
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    content = _mean_content(client, name, seen)
    query = np.hstack([user, content])
    return _search(client, name, query, seen, limit, blocked)
