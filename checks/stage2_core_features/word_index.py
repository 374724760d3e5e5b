"""The words of 2.2: word vectors behind an HNSW and an IVF index, and the recall that each parameter value brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from fixtures.datasets import glove
from fixtures.milvus import Milvus
from fixtures.recall import GroundTruth, Ids, Recall, exact
from fixtures.serving import serve
from grader.check import not_graded

Floats = npt.NDArray[np.floating[Any]]
Kind = Literal["HNSW", "IVF_FLAT"]

ROWS = 5_000
ASKED = 400
"""Queries that the learner's code tunes on."""
HELD_OUT = 500
"""Queries that it never sees."""
K = 10
METRIC: Literal["COSINE"] = "COSINE"
CEILING = 2
"""No search for the smallest value beyond this many times the value that the target was taken from."""

BUILT = {"HNSW": {"M": 8, "efConstruction": 64}, "IVF_FLAT": {"nlist": 64}}
PARAMETER = {"HNSW": "ef", "IVF_FLAT": "nprobe"}
LEAST = {"HNSW": K, "IVF_FLAT": 1}
MOST = {"HNSW": 256, "IVF_FLAT": 64}
AIM = {"HNSW": (20, 30), "IVF_FLAT": (8, 14)}
"""From where the target is taken: there the recall is between 0.9 and 0.99, and rises with every step."""


@dataclass(frozen=True)
class Words:
    """Three samples of words that have none in common.

    Attributes:
        rows: what is stored, shape (ROWS, 50); the key of a row is its place.
        asked: what the learner's code may tune on, shape (ASKED, 50).
        held_out: what its choice is measured on, shape (HELD_OUT, 50).
    """

    rows: Floats
    asked: Floats
    held_out: Floats

    def truth(self, queries: Floats, k: int = K) -> GroundTruth:
        """Return the true neighbours of queries."""
        return exact(queries, self.rows, METRIC, k)


def draw_words(rng: np.random.Generator) -> Words:
    """Draw words that no run before has had together."""
    vectors = glove().vectors
    drawn = rng.permutation(len(vectors))[: ROWS + ASKED + HELD_OUT]
    rows, asked, held_out = np.split(vectors[drawn], [ROWS, ROWS + ASKED])
    return Words(rows, asked, held_out)


@dataclass(frozen=True)
class WordIndex:
    """A collection of the grader's own over these words.

    Attributes:
        milvus: the grader's own eyes.
        name: of the collection.
        kind: of the index.
        words: what is in it.
        truth: of the held-out queries.
        known: recall on the held-out queries by value of the parameter, as far as it was measured.
    """

    milvus: Milvus
    name: str
    kind: Kind
    words: Words
    truth: GroundTruth
    known: dict[int, Recall] = field(default_factory=dict)

    @property
    def parameter(self) -> str:
        """Name of the search parameter: ef or nprobe."""
        return PARAMETER[self.kind]

    @property
    def most(self) -> int:
        """The largest value that is tried."""
        return MOST[self.kind]

    def found(self, queries: Floats, k: int, params: dict[str, int]) -> list[list[int]]:
        """Search with the grader's own client; return the keys of each query's hits."""
        found = self.milvus.client.search(
            self.name, unseen(queries).tolist(), limit=k, search_params={"params": params}, timeout=60
        )
        return [hits.ids for hits in found]

    def recall(self, value: int) -> Recall:
        """Return the recall on the held-out queries with a value of the parameter."""
        if value not in self.known:
            self.known[value] = self.truth.recall(self.found(self.words.held_out, K, {self.parameter: value}))
        return self.known[value]

    def recall_of(self, answers: Ids) -> Recall:
        """Return the recall of other answers to the held-out queries."""
        return self.truth.recall(answers)

    def smallest(self, target: float, start: int) -> int:
        """Return the smallest value with which the held-out queries are sure of a target, by halving an interval.

        "Sure" is what the brief asks for: the lower end of the interval reaches the target.

        Args:
            target: the recall that is wanted.
            start: a value at which the mean reaches the target, but perhaps only just.
        """
        below, above = start - 1, CEILING * start
        while above - below > 1:
            middle = (below + above) // 2
            below, above = (below, middle) if self.recall(middle).low >= target else (middle, above)
        return above


@dataclass(frozen=True)
class Target:
    """What `tune` is asked for, and what would be right.

    Attributes:
        recall: the target.
        smallest: the smallest value that is sure to reach it.
    """

    recall: float
    smallest: int

    @property
    def limit(self) -> int:
        """The largest value that isn't too dear: 1.5 times the smallest."""
        return int(1.5 * self.smallest)


def serve_words(milvus: Milvus, kind: Kind, words: Words) -> WordIndex:
    """Build an index over the words, and leave it loaded."""
    client, name = milvus.client, milvus.new_name("words")
    schema, index = client.create_schema(auto_id=False), client.prepare_index_params()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=words.rows.shape[1])
    index.add_index("vector", index_type=kind, metric_type=METRIC, params=BUILT[kind])
    serve(milvus, name, schema, index, as_rows(words.rows))
    return WordIndex(milvus, name, kind, words, words.truth(words.held_out))


def as_rows(vectors: Floats) -> list[dict[str, Any]]:
    """Return vectors as Milvus takes them, with their places as keys."""
    return [{"id": key, "vector": vector} for key, vector in enumerate(vectors.tolist())]


def aim(index: WordIndex, rng: np.random.Generator) -> Target:
    """Choose a target that one value of the parameter just reaches on the held-out queries: a new one in every run."""
    assert_matters(index)
    low, high = AIM[index.kind]
    value = int(rng.integers(low, high + 1))
    target = int(index.recall(value).mean * 1_000) / 1_000
    return Target(target, index.smallest(target, value))


def assert_matters(index: WordIndex) -> None:
    """The control: the least value must hurt, or searches don't use the index and nothing can be tuned."""
    least, most = index.recall(LEAST[index.kind]), index.recall(index.most)
    if not least.clearly_below(most):
        raise not_graded(
            "index_not_used",
            "with {parameter}={least} a search finds as much here as with {most} ({recall}): it doesn't use the index",
            parameter=index.parameter,
            least=LEAST[index.kind],
            most=index.most,
            recall=f"{most.mean:.3f}",
        )


def unseen(queries: Floats) -> Floats:
    """Return queries of the same directions that no search was asked before.

    The HNSW index of Milvus 2.3 remembers where a search for a vector has ended, and begins the next one for exactly
    that vector there. So it finds other rows: at ef=10 the recall of 3,000 words fell from 0.85 to 0.83. A vector of
    another length is a new one, and to cosine similarity the same.
    """
    lengths = np.random.default_rng().uniform(0.8, 1.25, (len(queries), 1))
    return (queries * lengths).astype(np.float32)


def ids_of(answers: Sequence[Sequence[tuple[int, float]]]) -> list[list[int]]:
    """Return the keys of each query's hits."""
    return [[key for key, _ in hits] for hits in answers]
