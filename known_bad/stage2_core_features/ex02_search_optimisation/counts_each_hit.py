"""Every hit that is a true neighbour counts, also one that came before.

rejected by: counts_recall
because: counted_twice
on: lite, server
"""


def recalls(found, truth):
    return [sum(key in true for key in ids) / len(true) for ids, true in zip(found, truth.tolist(), strict=True)]
