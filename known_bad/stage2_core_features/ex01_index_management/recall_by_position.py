"""Ids are compared place by place: two neighbours that change places count as two misses.

rejected by: recall_is_a_share_of_the_truth
because: by_position
on: server
"""


def recall(found, truth):
    hits = sum(a == b for ours, true in zip(found, truth, strict=False) for a, b in zip(ours, true, strict=False))
    return hits / sum(len(true) for true in truth)
