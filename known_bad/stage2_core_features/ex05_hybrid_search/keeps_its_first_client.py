"""The first client is kept for good, whatever client a later call is given.

rejected by: asks_once
because: went_around
on: lite
"""

from __future__ import annotations

_kept = []


def search_hybrid(client, name, question, vector, limit, category=None):
    _kept.append(client)
    return _scored(_kept[0].hybrid_search(name, _requests(question, vector, category), RRFRanker(K), limit=limit)[0])
