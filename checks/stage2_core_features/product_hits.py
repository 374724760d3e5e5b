"""What the checks of 2.4 ask of a filtered search: its hits beside exact search among the products that match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.stage2_core_features.product_rows import Floats
from fixtures.recall import GroundTruth, Recall, closeness, exact
from fixtures.signatures import looks_like
from grader.check import because, returned, shortened
from grader.measured import Table
from infra.messages import N_

FLOOR = 0.95
"""Recall that the brief asks for."""
SCORE_TOLERANCE = 0.02
"""Beyond what an index of squeezed vectors (SQ8) changes, and far below what another metric would."""

Hits = list[tuple[int, float]]


@dataclass(frozen=True)
class Filter:
    """Which products may be found.

    Attributes:
        expression: as Milvus takes it.
        allowed: for each product whether it holds, shape (products,), computed by numpy.
    """

    expression: str
    allowed: npt.NDArray[np.bool_]

    @property
    def matches(self) -> int:
        """How many products may be found."""
        return int(self.allowed.sum())


@dataclass(frozen=True)
class Answers:
    """What the learner's search answered to several queries under one filter.

    Attributes:
        kept: the filter.
        queries: shape (queries, DIM).
        vectors: of every product, shape (products, DIM); the key of a product is its row.
        limit: how many products were asked for.
        hits: for each query.
    """

    kept: Filter
    queries: Floats
    vectors: Floats
    limit: int
    hits: Sequence[Hits]

    @property
    def call(self) -> str:
        """How the function was called, for sentences."""
        return f"search_products(…, '{self.kept.expression}', limit={self.limit})"

    @property
    def keys(self) -> list[list[int]]:
        """The keys that were found for each query."""
        return [[key for key, _ in hits] for hits in self.hits]

    @property
    def expected(self) -> int:
        """How many products each query should get."""
        return min(self.limit, self.kept.matches)

    @cached_property
    def near(self) -> npt.NDArray[np.float64]:
        """Cosine similarity of every product to every query, shape (queries, products)."""
        return closeness(self.queries, self.vectors, "COSINE")

    @cached_property
    def truth(self) -> GroundTruth:
        """Exact search among the products that match."""
        return exact(self.queries, self.vectors, "COSINE", max(self.limit, 1), allowed=self.kept.allowed)

    def unfiltered(self) -> list[list[int]]:
        """Return what a search that forgets the filter finds."""
        return np.argsort(-self.near, axis=1)[:, : self.limit].tolist()  # type: ignore[no-any-return]


def as_hits(value: Any) -> Hits:
    """Return hits as learner code must return them: pairs of a key and a similarity."""
    hits = []
    for hit in returned(value, list[list[int | float]], "search_products"):
        pair = len(hit) == 2 and type(hit[0]) is int and -1e9 < hit[1] < 1e9
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of an id and a similarity, but it returned {actual}.",
            function="search_products",
            actual=shortened(hit),
        )
        hits.append((hit[0], float(hit[1])))
    return hits


def assert_only_matching(answers: Answers) -> None:
    """Make sure that each hit is a product, once, and one that may be found."""
    allowed = answers.kept.allowed
    for keys in answers.keys:
        made_up = [key for key in keys if not 0 <= key < len(allowed)]
        assert not made_up, because(
            "unknown_products",
            "{call} returned ids that no product has: {ids}.",
            call=answers.call,
            ids=shortened(made_up),
        )
        assert len(set(keys)) == len(keys), because(
            "product_twice", "{call} returned the same product twice: {ids}.", call=answers.call, ids=shortened(keys)
        )
    foreign = sum(not allowed[key] for keys in answers.keys for key in keys)
    if not foreign:
        return
    ignored = {"filter_ignored": answers.unfiltered()}
    assert looks_like(answers.keys, answers.truth.neighbours(), ignored) is None, because(
        "filter_ignored",
        "{call} returned the products nearest of all, and {foreign} of {number} don't match: the filter has no effect. "
        "The keyword of MilvusClient.search() is filter; pymilvus swallows one that it doesn't know.",
        call=answers.call,
        foreign=foreign,
        number=sum(map(len, answers.keys)),
    )
    raise AssertionError(
        because(
            "foreign_products",
            "{call} returned {number} products for {queries} queries, and {foreign} of them don't match.",
            call=answers.call,
            number=sum(map(len, answers.keys)),
            queries=len(answers.queries),
            foreign=foreign,
        )
    )


def assert_complete(answers: Answers, plainly: Sequence[int], index_type: str) -> None:
    """Make sure that each query gets as many products as it asked for, or all that match.

    Args:
        answers: what was found.
        plainly: how many products a search of the grader's own found for each query: where that is too few as well, it
            is the index that misses them.
        index_type: the type of that index.
    """
    expected, counts = answers.expected, [len(keys) for keys in answers.keys]
    fields = {"call": answers.call, "matches": answers.kept.matches, "expected": expected, "actual": min(counts)}
    assert max(counts) <= expected, because(
        "too_many_products",
        "{call} should return {expected} products and returned {actual}.",
        **fields | {"actual": max(counts)},
    )
    if min(counts) == expected:
        return
    looked_at = _looked_at(answers)
    if looked_at is not None:
        assert looked_at > answers.limit, because(
            "filtered_afterwards",
            "{matches} products match. {call} returned {actual} for one query, expected {expected}: what is left of "
            "the {limit} nearest of all once the others are taken out. The filter came too late. Hand the expression "
            "to the search, and Milvus looks on until it has enough.",
            limit=answers.limit,
            **fields,
        )
        raise AssertionError(
            because(
                "over_fetched",
                "{matches} products match. {call} returned {actual} for one query, expected {expected}: what is left "
                "of the {looked_at} nearest of all, or some more, once the others are taken out. Asking for more and "
                "filtering afterwards goes well until few enough match. Hand the expression to the search.",
                looked_at=looked_at,
                **fields,
            )
        )
    assert min(plainly) >= expected, because(
        "index_under_returns",
        "{matches} products match. {call} returned {actual} for one query, expected {expected}. A search of the "
        "grader's own with that filter gets {plainly} from your collection: the index ({index_type}) looks only where "
        "it expects the nearest, and there few match. Search more of it, or choose an index that is exact.",
        plainly=min(plainly),
        index_type=index_type,
        **fields,
    )
    raise AssertionError(
        because(
            "too_few_products",
            "{matches} products match. {call} returned {actual} for one query, expected {expected}. A search of the "
            "grader's own with that filter gets them from your collection.",
            **fields,
        )
    )


def assert_ranked(answers: Answers) -> None:
    """Make sure that hits come best first, with their cosine similarities."""
    for near, hits in zip(answers.near, answers.hits, strict=True):
        actual, expected = [score for _, score in hits], [float(near[key]) for key, _ in hits]
        assert np.allclose(actual, expected, atol=SCORE_TOLERANCE), because(
            "wrong_scores",
            "{call} returned scores {actual}; the cosine similarities of these products are {expected}.",
            call=answers.call,
            actual=shortened([round(score, 3) for score in actual]),
            expected=shortened([round(score, 3) for score in expected]),
        )
        assert all(np.diff(actual) < 1e-4), because(
            "not_best_first",
            "{call} returned products with the similarities {actual}: the most similar should come first.",
            call=answers.call,
            actual=shortened([round(score, 3) for score in actual]),
        )


def assert_nearest(answers: Answers, index_type: str) -> Recall:
    """Make sure that the hits leave it possible that enough of the nearest are found; return the recall."""
    recall = answers.truth.recall(answers.keys)
    assert recall.may_reach(FLOOR), because(
        "misses_the_nearest",
        "{call} found {recall:.0%} of the nearest among the {matches} products that match ({queries} queries), and the "
        "brief asks for {floor:.0%}. All that it returned do match: it is the index ({index_type}) that passes over "
        "nearer ones. A graph or a list index looks at little unless it is told to look at more (ef, nprobe). FLAT "
        "looks at everything that the filter leaves.",
        call=answers.call,
        recall=recall.mean,
        matches=answers.kept.matches,
        queries=len(answers.queries),
        floor=FLOOR,
        index_type=index_type,
    )
    return recall


def compared(every: Sequence[tuple[float, Answers]]) -> Table:
    """Show how a filter changes what is found, by the share of the products that it keeps."""
    rows = []
    for share, answers in every:
        recall = answers.truth.recall(answers.keys)
        rows.append((f"{share:.0%}", answers.kept.matches, answers.expected, round(recall.mean, 3), FLOOR))
    heads = (N_("the filter keeps"), N_("products"), N_("asked for"), N_("recall"), N_("recall of the brief"))
    return Table(N_("What a filtered search finds"), heads, tuple(rows))


def _looked_at(answers: Answers) -> int | None:
    """Return how many of the nearest products were looked at, if the hits are what a filter left of that many.

    Then each query has its first matches in order, and the same number lies between the rank of the last hit and the
    rank of the first one that is missing.
    """
    at_least, below = 1, len(answers.kept.allowed) + 1
    for near, keys in zip(answers.near, answers.keys, strict=True):
        order = np.argsort(-near, kind="stable")
        ranks = np.flatnonzero(answers.kept.allowed[order])
        if set(keys) != set(order[ranks[: len(keys)]].tolist()):
            return None
        if keys:
            at_least = max(at_least, int(ranks[len(keys) - 1]) + 1)
        if len(keys) < answers.expected:
            below = min(below, int(ranks[len(keys)]) + 1)
    return at_least if at_least < below else None
