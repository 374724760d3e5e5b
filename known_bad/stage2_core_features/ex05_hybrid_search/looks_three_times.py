"""Every search is made three times, and the last answer is returned: it used to fail now and then.

rejected by: is_as_fast_as_the_reference
because: too_slow
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    for _ in range(3):
        hits = client.hybrid_search(name, _requests(question, vector, category), RRFRanker(K), limit=limit)[0]
    return _scored(hits)
