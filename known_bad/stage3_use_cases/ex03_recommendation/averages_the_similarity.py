"""A film is held against the mean of the chosen ones, and a second copy of one of them gets in.

rejected by: diversifies
because: mean_similarity
on: lite
"""

from __future__ import annotations


def diversify(hits, contents, limit, variety):
    units = _unit(contents.astype(np.float64))
    left, chosen = list(range(1, len(hits))), [0]
    while left and len(chosen) < limit:
        worth = [(1 - variety) * hits[p][1] - variety * (units[chosen] @ units[p]).mean() for p in left]
        chosen.append(left.pop(int(np.argmax(worth))))
    return [hits[place][0] for place in chosen]
