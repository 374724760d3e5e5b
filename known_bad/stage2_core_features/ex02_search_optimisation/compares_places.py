"""A neighbour counts only where it stands in the place that it has in the truth.

rejected by: counts_recall
because: order_matters
on: lite, server
"""


def recalls(found, truth):
    pairs = zip(found, truth.tolist(), strict=True)
    return [sum(a == b for a, b in zip(ids, true, strict=False)) / len(true) for ids, true in pairs]
