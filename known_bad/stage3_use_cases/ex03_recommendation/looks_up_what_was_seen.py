"""What the user has seen is read from Milvus before, to see whether it is still there.

rejected by: asks_once
because: several_requests
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    there = client.query(name, filter=f"id in {seen}", output_fields=["id"])
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), [row["id"] for row in there], limit, blocked)
