"""numpy.linalg.eigh sorts upwards, and the first columns are those that matter least.

rejected by: factorises
because: no_better_than_popularity
on: lite
"""

from __future__ import annotations


def factorise(pairs, users, films, dim):
    matrix = np.zeros((users, films))
    matrix[pairs[:, 0], pairs[:, 1]] = 1
    _, vectors = np.linalg.eigh(matrix.T @ matrix)
    of_films = vectors[:, :dim]
    return matrix @ of_films, of_films
