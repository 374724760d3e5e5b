"""json.dumps() writes Korean as escape sequences, which not every Milvus reads.

rejected by: keeps_blocked_out
because: raised
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    without = f"id not in {seen}" + (f" and category not in {json.dumps(list(blocked))}" if blocked else "")
    hits = client.search(name, [[*user.tolist(), *[0.0] * CONTENT]], filter=without, limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
