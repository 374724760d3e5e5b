"""The held-out rows are copied, and stay in the training part.

rejected by: holds_out_the_last
because: leaks
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    ordered = interactions[np.argsort(interactions[:, 2])]
    last = {user: place for place, user in enumerate(ordered[:, 0].tolist())}
    asked = [place for user, place in last.items() if len(set(ordered[ordered[:, 0] == user, 1].tolist())) > 1]
    return interactions, ordered[asked]
