"""The share of what was found that is right: that is precision, and one hit, if it is right, gives 1.

rejected by: counts_recall
because: precision
on: lite, server
"""


def recalls(found, truth):
    return [len(set(ids) & set(true)) / max(len(ids), 1) for ids, true in zip(found, truth.tolist(), strict=True)]
