"""Names are put between double quotes as they are, and one of them holds a quote.

rejected by: keeps_blocked_out
because: raised
on: lite, server
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    without = [f"id not in {seen}", *(f'category != "{name}"' for name in blocked)]
    hits = client.search(name, [[*user.tolist(), *[0.0] * CONTENT]], filter=" and ".join(without), limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
