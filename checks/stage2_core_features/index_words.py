"""The vectors of 2.1, fresh in every run, and the collections that learner code fills and indexes with them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.stage2_core_features.index_arithmetic import as_number
from checks.stage2_core_features.index_served import assert_filled, assert_served
from fixtures.datasets import glove
from fixtures.milvus import Milvus
from fixtures.recall import GroundTruth, exact
from grader.kept import Kept
from grader.runner.submission import Submission

DIM = 50
ROWS = 3_000
QUERIES = 100
K = 10

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Words:
    """Words in a space of their own.

    Attributes:
        rows: shape (rows, dim).
        others: words that aren't among them, to ask with, shape (others, dim).
    """

    rows: Vectors
    others: Vectors

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.rows.shape[1])

    def truth(self, queries: Vectors) -> GroundTruth:
        """Compute the nearest rows of each query by cosine."""
        return exact(queries, self.rows, "COSINE", K)


def fresh_words(rng: np.random.Generator, rows: int = ROWS, dim: int = DIM) -> Words:
    """Choose words by chance and turn their space about, so that no figure of another run fits."""
    vectors = glove().vectors[rng.permutation(len(glove().vectors))]
    axes, _ = np.linalg.qr(rng.standard_normal((vectors.shape[1], dim)))
    turned = (vectors @ axes).astype(np.float32)
    return Words(turned[:rows], turned[rows:])


@dataclass(frozen=True)
class Built:
    """A collection with an index that learner code has built.

    Attributes:
        collection: its name.
        said_s: the seconds that build_index returned.
        took_s: what its call took on the grader's clock.
    """

    collection: str
    said_s: float
    took_s: float


@dataclass(frozen=True)
class Shelf:
    """The collections that the checks share, each made by the first that asks for it.

    Attributes:
        submission: the learner's functions, in the process of this check.
        milvus: where.
        kept: what the checks before have made.
        rng: chance for this check.
    """

    submission: Submission
    milvus: Milvus
    kept: Kept
    rng: np.random.Generator

    @property
    def words(self) -> Words:
        """What the collections hold."""
        return self.kept("words", lambda: fresh_words(self.rng))

    def queries(self, many: int = QUERIES) -> Vectors:
        """Draw words to ask with that are in no collection."""
        return self.rng.choice(self.words.others, many, replace=False)

    def filled(self, index_type: str) -> str:
        """Return the name of a collection that learner code has filled, and that will get an index of this type."""

        def fill() -> str:
            name = self.milvus.new_name(index_type.lower())
            self.submission.call("fill", self.milvus.endpoint(), name, self.words.rows)
            assert_filled(self.milvus, name, self.words.rows)
            return name

        return self.kept(f"filled {index_type}", fill)

    def built(self, index_type: str) -> Built:
        """Return a collection that serves an index of this type, which learner code has built."""

        def build() -> Built:
            name = self.filled(index_type)
            began = time.monotonic()
            said = self.submission.call("build_index", self.milvus.endpoint(), name, index_type, DIM)
            took_s = time.monotonic() - began
            assert_served(self.milvus, name, index_type, self.words.rows)
            return Built(name, float(as_number(said, "build_index")), took_s)

        return self.kept(f"built {index_type}", build)

    def search(self, index_type: str, queries: Vectors, effort: int) -> Any:
        """Have learner code search the collection of an index type."""
        name = self.built(index_type).collection
        return self.submission.call("search", self.milvus.endpoint(), name, index_type, queries, K, effort)
