"""Nineteen of twenty queries have to reach the target: the spread of queries is taken for the error of their mean.

rejected by: leaves_a_margin
because: too_careful
on: lite, server
"""


def is_sure(recalls, target):
    return bool(np.quantile(recalls, 0.05) >= target)
