"""The newest tenth of all rows is held out, so that those who watch most are asked most often.

rejected by: holds_out_the_last
because: several_answers
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    ordered = interactions[np.argsort(interactions[:, 2])]
    cut = len(ordered) - len(ordered) // 3
    return ordered[:cut], ordered[cut:]
