"""The share of the content is given to taste.

rejected by: mixes_taste_and_content
because: shares_swapped
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    content = _mean_content(client, name, seen)
    query = np.hstack([share_of_content * user, (1 - share_of_content) * content])
    return _search(client, name, query, seen, limit, blocked)
