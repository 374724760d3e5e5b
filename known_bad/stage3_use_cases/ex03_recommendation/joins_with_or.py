"""Of `a != x or a != y` one is always true.

rejected by: keeps_blocked_out
because: shows_blocked
on: lite
"""

from __future__ import annotations


def recommend(client, name, user, seen, limit, blocked=()):
    without = " or ".join(f"category != {json.dumps(name, ensure_ascii=False)}" for name in blocked)
    both = " and ".join(part for part in (f"id not in {seen}", without and f"({without})") if part)
    hits = client.search(name, [[*user.tolist(), *[0.0] * CONTENT]], filter=both, limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
