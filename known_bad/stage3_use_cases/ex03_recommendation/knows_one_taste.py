"""All numbers but the first are zero: the first alone is popularity in other words.

rejected by: factorises
because: no_better_than_popularity
on: lite
"""

from __future__ import annotations

_decomposed = factorise


def factorise(pairs, users, films, dim):
    of_users, of_films = _decomposed(pairs, users, films, dim)
    of_users[:, 1:] = 0
    return of_users, of_films
