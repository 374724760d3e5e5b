"""The third array of the decomposition has films as columns, and is returned like that.

rejected by: factorises
because: wrong_shapes
on: lite
"""

from __future__ import annotations


def factorise(pairs, users, films, dim):
    matrix = np.zeros((users, films))
    matrix[pairs[:, 0], pairs[:, 1]] = 1
    left, strengths, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :dim] * strengths[:dim], right[:dim]
