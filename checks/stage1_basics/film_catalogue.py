"""The film catalogue as the checks of 1.3 see it: the learner's functions on one side, the truth on the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.films import make_films
from fixtures.milvus import Milvus
from grader.runner.submission import Submission

DIM = 32
TITLE_BYTES = 60
Films = list[dict[str, Any]]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Catalogue:
    """The collection that the learner's code made, with both ways to it.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        rng: chance for fresh films.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    rng: np.random.Generator

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def new(self, keys: Iterable[int]) -> Films:
        """Return fresh films, stored nowhere yet."""
        return make_films(self.rng, keys, DIM)

    def write(self, films: Films) -> None:
        """Insert films with the grader's client; a reader who isn't Strong may miss them for a moment."""
        self.milvus.client.insert(self.collection, films)

    def stored(self, keys: Iterable[int]) -> Films:
        """Return fresh films that are stored and that every reader sees."""
        films = self.new(keys)
        self.write(films)
        self.count()  # a Strong read: it waits until the films are there for everyone
        return films

    def count(self, filter: str = "") -> int:
        """Return how many rows there are, by `count(*)` with Strong consistency."""
        return self.milvus.count(self.collection, filter)

    def reads_stale(self, key: int) -> bool:
        """The control: whether a reader that asks for Eventually consistency misses a film written a moment ago."""
        return not self.milvus.client.query(self.collection, filter=f"id == {key}", consistency_level="Eventually")

    def vectors(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return every film's key (n) and vector (n x DIM)."""
        rows = self.milvus.client.query(
            self.collection, filter="id >= 0", output_fields=["embedding"], limit=16_000, consistency_level="Strong"
        )
        return np.array([row["id"] for row in rows]), np.array([row["embedding"] for row in rows], dtype=np.float32)

    def rows(self, filter: str) -> dict[int, dict[str, Any]]:
        """Return whole rows by key, as they are now."""
        return {row["id"]: row for row in self.milvus.rows(self.collection, filter)}
