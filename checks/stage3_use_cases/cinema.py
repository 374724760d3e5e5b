"""The films of 3.3 as its checks see them: who has watched what, the learner's functions, and what numpy expects.

Milvus is filled with factors of the grader's own, so that what asks Milvus earns its points whatever `factorise` does.
Only where hit rates are counted, the factors are the learner's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.collection_assertions import created
from fixtures.milvus import Milvus
from fixtures.proxy import Call, Proxy, proxy_to
from fixtures.ratings import Watched, watched
from fixtures.serving import load_anew
from grader.kept import Kept
from grader.runner.submission import Submission

FACTORS = 16
USERS, FILMS, NEW = 400, 600, 40
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Nights:
    """What was watched, split for an evaluation, and factors of the part that may be learnt.

    Attributes:
        everything: as it was made.
        train: user and film of what may be learnt, shape (n, 2).
        held_out: the last film of each user, shape (USERS,).
        watched: by how many users each film was watched in the training part, shape (FILMS,).
        users: factors of the users by truncated singular value decomposition, shape (USERS, FACTORS).
        films: factors of the films that people know, shape (FILMS, FACTORS).
        contents: of all films at length 1, the new ones last, shape (FILMS + NEW, CONTENT).
    """

    everything: Watched
    train: Numbers
    held_out: Numbers
    watched: Numbers
    users: Floats
    films: Floats
    contents: Floats

    def seen(self, user: int) -> list[int]:
        """Return what a user has watched in the training part."""
        films: list[int] = self.train[self.train[:, 0] == user, 1].tolist()
        return films

    def category(self, film: int) -> str:
        """Return a film's category; empty where there is no such film."""
        return self.everything.categories[film] if 0 <= film < len(self.everything.categories) else ""

    def of(self, categories: Collection[str]) -> set[int]:
        """Return the known films of some categories."""
        return {film for film in range(FILMS) if self.category(film) in categories}

    def favourites(self, scores: Scores, besides: Collection[str], count: int = 2) -> list[str]:
        """Return the categories of the films with the best scores, besides some others, the best first."""
        order = [self.category(film) for film in np.argsort(-scores).tolist()]
        return list(dict.fromkeys(name for name in order if name not in besides))[:count]

    def best_of_each(self, scores: Scores) -> list[int]:
        """Return the film with the best score of each category."""
        best = {self.category(film): film for film in np.argsort(scores).tolist()}
        return list(best.values())

    def by_taste(self, user: Floats) -> Scores:
        """Return the inner product of a user's factors with those of each known film."""
        scores: Scores = self.films.astype(np.float64) @ user.astype(np.float64)
        return scores

    def by_content(self, liked: Sequence[int]) -> Scores:
        """Return the mean cosine similarity of each known film to some that somebody likes."""
        contents = self.contents[:FILMS].astype(np.float64)
        scores: Scores = contents @ contents[list(liked)].mean(axis=0)
        return scores


@dataclass(frozen=True, eq=False)
class Cinema:
    """A collection that the learner's code has made and filled.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        said: what insert_films returned when it was filled.
        nights: what is in it, and who has watched it.
        rng: chance for fresh questions.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    said: Any
    nights: Nights
    rng: np.random.Generator

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def watched(self, function: str, *arguments: object) -> tuple[Any, tuple[Call, ...]]:
        """Call a function of the learner with one client, then with another, and return what came through that one."""
        self.call(function, *arguments)
        with proxy_to(self.milvus.server.uri, self.milvus.server.token, keep={"Search"}) as proxy:
            endpoint = self.milvus.through(proxy.uri)
            value = self.submission.call(function, endpoint, self.collection, *arguments)
            return value, proxy.calls

    def user(self) -> int:
        """Draw a user."""
        return int(self.rng.integers(USERS))


def asked_for(call: Call) -> int:
    """Return how many hits a search asked for."""
    return next((int(pair.value) for pair in Proxy.decode(call).search_params if pair.key == "topk"), 0)


def draw_nights(kept: Kept, rng: np.random.Generator) -> Nights:
    """Return who has watched what in this run, made once."""

    def make() -> Nights:
        everything = watched(rng, USERS, FILMS, NEW)
        rows = everything.interactions[np.lexsort(everything.interactions[:, [2, 0]].T)]
        is_last = np.append(rows[1:, 0] != rows[:-1, 0], True)
        train = rows[~is_last, :2]
        users, films = factors(train, USERS, FILMS, FACTORS)
        contents = everything.contents / np.linalg.norm(everything.contents, axis=1, keepdims=True)
        counts = np.bincount(train[:, 1], minlength=FILMS)
        return Nights(everything, train, rows[is_last, 1], counts, users, films, contents)

    return kept("nights", make)


def factors(pairs: Numbers, users: int, films: int, dim: int) -> tuple[Floats, Floats]:
    """Return the factors of PureSVD (Cremonesi et al., RecSys 2010), from the eigenvectors of the films' products."""
    seen = np.zeros((users, films))
    for user, film in pairs:
        seen[user, film] = 1
    _, directions = np.linalg.eigh(seen.T @ seen)
    strongest = directions[:, : -dim - 1 : -1]
    return (seen @ strongest).astype(np.float32), strongest.astype(np.float32)


def open_cinema(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator, nights: Nights) -> Cinema:
    """Return the collection of this submission with the grader's factors: made by its own code, once for all checks."""

    def make() -> tuple[str, Any]:
        name = kept("empty", lambda: created(submission, milvus, "films"))
        said = fill(submission, milvus, name, nights.films, nights, range(FILMS))
        load_anew(milvus, name)
        return name, said

    return Cinema(submission, milvus, *kept("cinema", make), nights, rng)


def fill(
    submission: Submission, milvus: Milvus, name: str, factors: Floats, nights: Nights, films: Sequence[int]
) -> Any:
    """Have the learner's code insert some films, and make sure that every reader sees them; return what it said."""
    contents, categories = nights.everything.contents, nights.everything.categories
    some, named = list(films), [categories[film] for film in films]
    said = submission.call("insert_films", milvus.endpoint(), name, some, factors, contents[some], named)
    milvus.count(name)  # a Strong read: from now on every reader sees all
    return said
