"""Random factors, and the loop that should improve them ends before it begins.

rejected by: factorises
because: no_better_than_popularity
on: lite
"""

from __future__ import annotations


def factorise(pairs, users, films, dim):
    rng = np.random.default_rng(0)
    return rng.normal(0, 0.1, (users, dim)), rng.normal(0, 0.1, (films, dim))
