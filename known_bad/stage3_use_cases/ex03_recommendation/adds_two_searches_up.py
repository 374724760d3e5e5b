"""Two searches for all films, whose scores are added up at home.

rejected by: asks_once
because: several_searches
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    scores = dict.fromkeys(range(0), 0.0)
    for share, hits in (
        (1 - share_of_content, recommend(client, name, user, seen, 1000, blocked)),
        (share_of_content, recommend_for_new_user(client, name, seen, 1000, blocked)),
    ):
        for key, score in hits:
            scores[key] = scores.get(key, 0) + share * score
    return sorted(scores.items(), key=lambda pair: -pair[1])[:limit]
