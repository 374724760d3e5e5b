"""Each list is scaled by hand from its own worst to its own best.

rejected by: weighs_the_scores
because: scaled_by_list
on: lite
"""

from __future__ import annotations


def search_weighted(client, name, question, vector, limit, share_of_words):
    scores = {}
    searches = ((question, "words", share_of_words), (vector.tolist(), "meaning", 1 - share_of_words))
    for data, field, weight in searches:
        hits = client.search(name, [data], anns_field=field, limit=CANDIDATES)[0]
        found = [(hit["id"], abs(hit["distance"]) if field == "words" else hit["distance"]) for hit in hits]
        low, high = min(score for _, score in found), max(score for _, score in found)
        for key, score in found:
            scores[key] = scores.get(key, 0) + weight * (score - low) / (high - low)
    return sorted(scores.items(), key=lambda pair: -pair[1])[:limit]
