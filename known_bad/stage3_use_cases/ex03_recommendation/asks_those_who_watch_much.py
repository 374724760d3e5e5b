"""Users with fewer than six films are left out of the test, which flatters it.

rejected by: holds_out_the_last
because: asks_too_few
on: lite
"""

from __future__ import annotations

_split = hold_out_last


def hold_out_last(interactions):
    train, held_out = _split(interactions)
    users, counts = np.unique(interactions[:, 0], return_counts=True)
    few = np.isin(held_out[:, 0], users[counts < 8])
    return np.concatenate([train, held_out[few]]), held_out[~few]
