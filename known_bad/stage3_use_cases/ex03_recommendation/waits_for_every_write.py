"""Strong consistency, which waits until every write of everybody has arrived; nobody has written.

rejected by: is_as_fast_as_the_reference
because: too_slow
on: server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    without = f"id not in {seen} and category not in {json.dumps(list(blocked), ensure_ascii=False)}"
    query = [*user.tolist(), *[0.0] * CONTENT]
    hits = client.search(name, [query], filter=without, limit=limit, consistency_level="Strong")[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
