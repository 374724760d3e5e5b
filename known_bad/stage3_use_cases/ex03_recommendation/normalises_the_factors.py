"""Factors are brought to length 1, as embeddings usually are: what they knew of popularity is gone.

rejected by: factorises
because: normalised
on: lite
"""

from __future__ import annotations

_decomposed = factorise


def factorise(pairs, users, films, dim):
    of_users, of_films = _decomposed(pairs, users, films, dim)
    lengths = np.linalg.norm(of_films, axis=1, keepdims=True)
    return _unit(of_users), of_films / np.maximum(lengths, 1e-12)
