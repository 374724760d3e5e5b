"""The last film of every user is held out, also of those who then have none to learn from.

rejected by: holds_out_the_last
because: asks_without_training
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    ordered = interactions[np.argsort(interactions[:, 2])]
    last = {row[0]: row for row in ordered.tolist()}
    left = [row for row in interactions.tolist() if row[1] != last[row[0]][1]]
    return np.array(left), np.array(list(last.values()))
