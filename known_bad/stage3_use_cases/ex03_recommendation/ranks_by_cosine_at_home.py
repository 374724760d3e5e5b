"""What Milvus finds is sorted anew by the cosine.

rejected by: recommends_by_taste
because: cosine
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = client.search(name, [[*user.tolist(), *[0.0] * CONTENT]], filter="", limit=600, output_fields=["vector"])[0]
    scores = []
    for hit in hits:
        length = np.linalg.norm(user) * np.linalg.norm(hit["entity"]["vector"][:FACTORS])
        scores.append((hit["id"], float(hit["distance"] / length) if length else 0.0))
    return sorted(scores, key=lambda pair: -pair[1])[:limit]
