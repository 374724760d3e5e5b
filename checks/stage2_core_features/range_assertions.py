"""The archives of 2.2, small and exact, and what the checks ask of a range search: every row of the range, no other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from checks.stage2_core_features.word_hits import Hits, as_hits
from checks.stage2_core_features.word_index import Floats, as_rows
from fixtures.datasets import glove
from fixtures.milvus import Milvus
from fixtures.vectors import cosine, squared_distance
from grader.check import because, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

Metric = Literal["COSINE", "L2"]

ROWS = 2_000
PLANTED = 20
"""Rows that lie exactly on a bound, and as many on the other."""
DEFAULT_LIMIT = 10
"""Hits that pymilvus asks for if it isn't told."""
ROUNDING = 1e-4
"""Relative: how far Milvus' single precision may be off from numpy's double."""


@dataclass(frozen=True)
class Archive:
    """A collection of the grader's own with a FLAT index: Milvus looks at every row.

    Attributes:
        milvus: the grader's own eyes.
        name: of the collection.
        metric: of the index.
        rows: what is in it, shape (rows, 50); the key of a row is its place.
    """

    milvus: Milvus
    name: str
    metric: Metric
    rows: Floats

    def scores(self, query: Floats) -> npt.NDArray[np.float64]:
        """Return the score of each row as Milvus has it: great is near for COSINE, small is near for L2."""
        return cosine(query, self.rows) if self.metric == "COSINE" else squared_distance(query, self.rows)

    def nearest_first(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
        """Return the places of the scores, that of the nearest row first."""
        return np.argsort(-scores if self.metric == "COSINE" else scores, kind="stable")


@dataclass(frozen=True)
class Asked:
    """One range search: what `within` was asked, and what is right.

    Attributes:
        archive: where.
        query: shape (50,).
        low: the smaller score.
        high: the greater one.
        scores: of all rows, shape (rows,).
        wanted: keys of the rows in the range.
    """

    archive: Archive
    query: Floats
    low: float
    high: float
    scores: npt.NDArray[np.float64]
    wanted: frozenset[int]

    @property
    def call(self) -> str:
        """The call, as the learner would write it."""
        return f"within(client, name, vector, low={self.low:.4g}, high={self.high:.4g})"

    def too_near(self, keys: set[int]) -> set[int]:
        """Return those of some keys whose rows lie beyond the near bound."""
        if self.archive.metric == "COSINE":
            return {key for key in keys if self.scores[key] > self.high}
        return {key for key in keys if self.scores[key] < self.low}


def fill_archive(milvus: Milvus, metric: Metric, rng: np.random.Generator) -> Archive:
    """Make a collection of some words; the rows that lie on a bound come last."""
    vectors = glove().vectors
    rows = np.concatenate([vectors[rng.permutation(len(vectors))[:ROWS]], _on_the_bounds(metric)])
    client, name = milvus.client, milvus.new_name("archive")
    schema, index = client.create_schema(auto_id=False), client.prepare_index_params()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.shape[1])
    index.add_index("vector", index_type="FLAT", metric_type=metric)
    client.create_collection(name, schema=schema, index_params=index, timeout=30)
    client.insert(name, as_rows(rows), timeout=30)
    milvus.count(name)  # a Strong read: it waits until the rows are there for everyone
    return Archive(milvus, name, metric, rows)


def between(archive: Archive, rng: np.random.Generator, first: int, last: int) -> Asked:
    """Ask for the rows from one place to another in the order of nearness, with bounds in the gaps beside them."""
    query = glove().vectors[rng.integers(len(glove().vectors))]
    scores = archive.scores(query)
    order = archive.nearest_first(scores)
    # The nearest of some rows around each end with the widest gap: no rounding can carry a row over it.
    first, last = (_widest_gap(scores[order], place) for place in (first, last))
    near, far = (float(scores[order[place - 1 : place + 1]].mean()) for place in (first, last))
    wanted = frozenset(order[first:last].tolist())
    return Asked(archive, query, min(near, far), max(near, far), scores, wanted)


def on_the_bounds(archive: Archive) -> Asked:
    """Ask for a range on whose bounds rows lie exactly, in numbers that floats hold exactly."""
    query = np.zeros(archive.rows.shape[1], dtype=np.float32)
    query[0] = 4
    low, high = (0.25, 0.5) if archive.metric == "COSINE" else (9.0, 25.0)
    scores = archive.scores(query)
    inside = (scores > low) & (scores < high)
    near = range(ROWS, ROWS + PLANTED)
    return Asked(archive, query, low, high, scores, frozenset([*np.flatnonzero(inside[:ROWS]).tolist(), *near]))


def _on_the_bounds(metric: Metric) -> Floats:
    """Return rows on the near bound, then as many on the far one; `on_the_bounds` has the query and the bounds."""
    rows = np.zeros((2 * PLANTED, glove().vectors.shape[1]), dtype=np.float32)
    if metric == "COSINE":
        rows[:PLANTED, :4] = 1  # 1 / 2 to the first axis
        rows[PLANTED:, :16] = 1  # 1 / 4
    else:
        rows[:PLANTED, 0] = 4 + 3
        rows[PLANTED:, 0] = 4 + 5
    return rows


def _widest_gap(scores: npt.NDArray[np.float64], place: int) -> int:
    around = range(place - 10, place + 11)
    return max(around, key=lambda each: abs(scores[each] - scores[each - 1]))


def found_within(submission: Submission, asked: Asked) -> Hits:
    """Have `within` answer."""
    archive = asked.archive
    endpoint = archive.milvus.endpoint()
    try:
        said = submission.call("within", endpoint, archive.name, asked.query, asked.low, asked.high)
    except LearnerError as error:
        if "range_filter" not in error.message:
            raise
        refused = re.search(r"range_filter\W{1,5}radius", error.message)
        _fail_as_swapped(asked, refused[0] if refused else shortened(error.message, 160))
    return as_hits(said, "within", asked.call)


def assert_all_within(asked: Asked, hits: Hits) -> None:
    """Compare what was found with every row in the range."""
    found = [key for key, _ in hits]
    if not found:
        _fail_as_swapped(asked, Message(N_("it found nothing")))
    assert len(set(found)) == len(found), because(
        "twice", "Called {call}. It returned some rows more than once.", call=asked.call
    )
    foreign = [key for key in found if not 0 <= key < len(asked.scores)]
    assert not foreign, because(
        "foreign_ids",
        "Called {call}. It returned ids that nobody has stored: {ids}.",
        call=asked.call,
        ids=shortened(foreign),
    )
    extra, missing = set(found) - asked.wanted, asked.wanted - set(found)
    fields = {
        "call": asked.call,
        "metric": asked.archive.metric,
        "expected": len(asked.wanted),
        "found": len(found),
        "missing": len(missing),
        "extra": len(extra),
    }
    too_near = asked.too_near(extra)
    assert not too_near, because(
        "nearer_than_asked",
        "Called {call} with the metric {metric}. {near} of the rows that it returned are nearer than the range. radius "
        "is the farther bound alone; range_filter is the nearer one.",
        near=len(too_near),
        **fields,
    )
    assert not extra, because(
        "farther_than_asked",
        "Called {call} with the metric {metric}. {extra} of the rows that it returned lie beyond the range. radius is "
        "the farther bound.",
        **fields,
    )
    assert not missing, because(
        "cut_short",
        "Called {call} with the metric {metric}. {expected} rows lie in that range, and it returned {found}. A range "
        "search has a limit too: pymilvus' is 10 unless you say otherwise, and the largest is 16384.",
        **fields,
    )
    assert_nearest_first(asked, hits)


def assert_bounds(asked: Asked, hits: Hits) -> None:
    """Look at the rows that lie exactly on a bound: the near ones belong to the range, the far ones don't."""
    found = {key for key, _ in hits}
    near, far = (range(start, start + PLANTED) for start in (ROWS, ROWS + PLANTED))
    metric = asked.archive.metric
    bounds = (asked.high, asked.low) if metric == "COSINE" else (asked.low, asked.high)
    fields = {"call": asked.call, "metric": metric, "rows": PLANTED, "near": bounds[0], "far": bounds[1]}
    assert found.issuperset(near), because(
        "near_bound_left_out",
        "Called {call} with the metric {metric}. {rows} rows have a score of exactly {near}. That is the nearer bound, "
        "which belongs to the range, and they aren't all there.",
        **fields,
    )
    assert not found.intersection(far), because(
        "far_bound_included",
        "Called {call} with the metric {metric}. {rows} rows have a score of exactly {far}. That is the farther bound, "
        "which doesn't belong to the range, and some of them are there.",
        **fields,
    )
    assert_all_within(asked, hits)


def assert_nearest_first(asked: Asked, hits: Hits) -> None:
    """Make sure that hits have their scores and come nearest first."""
    scores = np.array([score for _, score in hits])
    true = asked.scores[[key for key, _ in hits]]
    assert np.allclose(scores, true, rtol=ROUNDING, atol=ROUNDING), because(
        "wrong_scores",
        "Called {call}. The rows are the right ones, but their scores are {actual}, expected {expected}.",
        call=asked.call,
        actual=shortened([round(float(score), 3) for score in scores]),
        expected=shortened([round(float(score), 3) for score in true]),
    )
    steps = np.diff(true if asked.archive.metric == "L2" else -true)
    assert (steps >= -ROUNDING * np.abs(true[1:]) - ROUNDING).all(), because(
        "wrong_order",
        "Called {call}. The rows are the right ones, but not the nearest first: their scores are {actual}.",
        call=asked.call,
        actual=shortened([round(float(score), 3) for score in true]),
    )


def _fail_as_swapped(asked: Asked, what: str | Message) -> NoReturn:
    raise AssertionError(
        because(
            "swapped",
            "Called {call} with the metric {metric}, where {expected} rows lie in that range. Milvus was asked with "
            "radius and range_filter in each other's place ({what}). radius is always the farther bound, range_filter "
            "the nearer one: for COSINE and IP the farther one is the smaller score, for L2 it is the greater.",
            call=asked.call,
            metric=asked.archive.metric,
            expected=len(asked.wanted),
            what=what,
        )
    )
