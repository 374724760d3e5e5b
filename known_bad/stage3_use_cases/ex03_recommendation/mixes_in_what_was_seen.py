"""The films that were seen are the most similar to what was seen, and nobody leaves them out.

rejected by: mixes_taste_and_content
because: shows_seen
on: lite, server
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    content = _mean_content(client, name, seen)
    query = np.hstack([(1 - share_of_content) * user, share_of_content * content])
    return _search(client, name, query, [], limit, blocked)
