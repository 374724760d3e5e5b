"""The last row of a user is taken for the last in time: the table used to be sorted.

rejected by: holds_out_the_last
because: not_the_last
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    last = {user: place for place, user in enumerate(interactions[:, 0].tolist())}
    is_last = np.zeros(len(interactions), bool)
    is_last[[p for u, p in last.items() if len(set(interactions[interactions[:, 0] == u, 1].tolist())) > 1]] = True
    return interactions[~is_last], interactions[is_last]
