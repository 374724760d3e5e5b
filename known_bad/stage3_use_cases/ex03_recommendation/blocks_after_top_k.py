"""Blocked categories are looked at after the search.

rejected by: keeps_blocked_out
because: too_few
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    hits = client.search(
        name, [[*user.tolist(), *[0.0] * CONTENT]], filter=f"id not in {seen}", limit=limit, output_fields=["category"]
    )[0]
    return [(hit["id"], hit["distance"]) for hit in hits if hit["entity"]["category"] not in blocked]
