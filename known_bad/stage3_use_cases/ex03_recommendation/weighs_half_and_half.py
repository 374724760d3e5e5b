"""Both count alike, whatever the share.

rejected by: mixes_taste_and_content
because: share_ignored
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    content = _mean_content(client, name, seen)
    query = np.hstack([0.5 * user, 0.5 * content])
    return _search(client, name, query, seen, limit, blocked)
