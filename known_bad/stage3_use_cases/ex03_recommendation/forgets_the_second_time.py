"""Only the last row goes; that a film was watched before, and is still among what is learnt, isn't thought of.

rejected by: holds_out_the_last
because: leaks_by_repetition
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    ordered = interactions[np.lexsort((interactions[:, 2], interactions[:, 0]))]
    is_last = np.append(ordered[1:, 0] != ordered[:-1, 0], True)
    alone = [len(set(ordered[ordered[:, 0] == user, 1].tolist())) == 1 for user in ordered[:, 0]]
    is_last &= ~np.array(alone)
    return ordered[~is_last], ordered[is_last]
