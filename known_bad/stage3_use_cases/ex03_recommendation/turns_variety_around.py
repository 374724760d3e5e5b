"""variety and 1 - variety change places: in the paper, lambda is the weight of the relevance.

rejected by: diversifies
because: swaps_the_weights
on: lite
"""

from __future__ import annotations


def diversify(hits, contents, limit, variety):
    units = _unit(contents.astype(np.float64))
    left, chosen = list(range(1, len(hits))), [0]
    while left and len(chosen) < limit:
        worth = [variety * hits[p][1] - (1 - variety) * (units[chosen] @ units[p]).max() for p in left]
        chosen.append(left.pop(int(np.argmax(worth))))
    return [hits[place][0] for place in chosen]
