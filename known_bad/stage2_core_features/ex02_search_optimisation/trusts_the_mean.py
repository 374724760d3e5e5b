"""The queries it was tuned on are taken for the queries it is tested on: their mean reaches the target, that's enough.

rejected by: leaves_a_margin
because: gambles
on: lite, server
"""


def is_sure(recalls, target):
    return bool(recalls.mean() >= target)
