"""What the checks of 3.1 and 3.2 ask of vectors that learner code has a model make: shape, direction, order, length."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.models import is_the_kits, variable_of
from grader.check import Reason, because, not_graded, returned

SAME = 2e-3
"""Cosine by which a vector may be off: the truth was kept in half precision."""
Vectors = npt.NDArray[np.float32]


def assert_the_kits(model: str) -> None:
    """Grade nothing where the environment names another model than that which the figures were measured with."""
    if not is_the_kits(model):
        raise not_graded(
            "another_model",
            "the figures were measured with the kit's own model, and {variable} names another",
            variable=variable_of(model),
        )


def as_vectors(value: Any, count: int, dim: int, function: str) -> Vectors:
    """Return vectors as learner code must return them."""
    array = np.asarray(returned(value, np.ndarray, function))
    right = array.shape == (count, dim) and np.issubdtype(array.dtype, np.floating)
    assert right, because(
        "wrong_shape",
        "{function}() should return numbers of the shape ({count}, {dim}); it returned {dtype} of the shape {shape}.",
        function=function,
        count=count,
        dim=dim,
        dtype=str(array.dtype),
        shape=str(array.shape),
    )
    return array.astype(np.float32)


def cosines(vectors: Vectors, truth: Vectors) -> npt.NDArray[np.float64]:
    """Return the cosine of each vector with what it should be."""
    lengths = np.maximum(np.linalg.norm(vectors.astype(np.float64), axis=1), 1e-9)
    near: npt.NDArray[np.float64] = np.einsum("ij,ij->i", vectors.astype(np.float64), truth) / lengths
    return near


def assert_vectors(vectors: Vectors, truth: Vectors, function: str, otherwise: Reason) -> None:
    """Hold vectors against those that the model has for the same inputs.

    Args:
        vectors: the learner's.
        truth: of length 1, in the same order.
        function: the learner's function.
        otherwise: the reason where they are neither right nor right in another order.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    if (cosines(vectors, truth) < 1 - SAME).any():
        similar = vectors.astype(np.float64) @ truth.T / np.maximum(lengths, 1e-9)[:, None]
        assert not (similar.max(axis=1) >= 1 - SAME).all(), because(
            "wrong_order",
            "{function}() returned the right vectors in another order than it was asked: each would be found for "
            "another one.",
            function=function,
        )
        raise AssertionError(otherwise)
    assert np.abs(lengths - 1).max() < SAME, because(
        "not_normalised",
        "{function}() should return vectors of length 1, and theirs is {shortest:.3f} to {longest:.3f}. The inner "
        "product of such vectors isn't their similarity.",
        function=function,
        shortest=float(lengths.min()),
        longest=float(lengths.max()),
    )
