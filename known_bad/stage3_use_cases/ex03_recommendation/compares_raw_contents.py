"""Similarity is the inner product of contents as they are, so that long ones seem alike.

rejected by: diversifies
because: not_cosine
on: lite
"""

from __future__ import annotations


def diversify(hits, contents, limit, variety):
    units = contents.astype(np.float64)
    left, chosen = list(range(1, len(hits))), [0]
    while left and len(chosen) < limit:
        worth = [(1 - variety) * hits[p][1] - variety * (units[chosen] @ units[p]).max() for p in left]
        chosen.append(left.pop(int(np.argmax(worth))))
    return [hits[place][0] for place in chosen]
