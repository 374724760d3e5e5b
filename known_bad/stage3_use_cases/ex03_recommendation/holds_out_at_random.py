"""A random film of each user is held out, as in many a notebook: what came later tells what came before.

rejected by: holds_out_the_last
because: not_the_last
on: lite
"""

from __future__ import annotations


def hold_out_last(interactions):
    shuffled = np.random.default_rng(0).permutation(len(interactions))
    chosen = {int(interactions[place, 0]): int(place) for place in shuffled}
    is_chosen = np.zeros(len(interactions), bool)
    is_chosen[[p for u, p in chosen.items() if len(set(interactions[interactions[:, 0] == u, 1].tolist())) > 1]] = True
    return interactions[~is_chosen], interactions[is_chosen]
