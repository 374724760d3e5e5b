"""The ten best by taste and the ten best by content are added up: what is 11th in both is lost.

rejected by: mixes_taste_and_content
because: wrong_films
on: lite
"""

from __future__ import annotations


def recommend_hybrid(client, name, user, seen, share_of_content, limit, blocked=()):
    scores = {}
    for share, hits in (
        (1 - share_of_content, recommend(client, name, user, seen, limit, blocked)),
        (share_of_content, recommend_for_new_user(client, name, seen, limit, blocked)),
    ):
        for key, score in hits:
            scores[key] = scores.get(key, 0) + share * score
    return sorted(scores.items(), key=lambda pair: -pair[1])[:limit]
