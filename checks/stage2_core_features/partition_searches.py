"""What the checks of 2.3 ask of a search: hits beside exact search in numpy, and the requests that brought them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks.stage2_core_features.partition_rows import Floats, K, Rows
from fixtures.milvus import Milvus
from fixtures.proxy import Call, proxy_to
from fixtures.recall import Recall
from fixtures.signatures import looks_like
from grader.check import Reason, because, returned, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.endpoint import Endpoint

FLOOR = 0.95
"""Recall that the answers must leave possible; on this little data every usual index finds nearly all."""
SCORE_TOLERANCE = 1e-3
LARGEST_ANSWER = 16_384
"""The most rows that Milvus returns at once: what a query without a limit of its own may bring."""

READS = ("Search", "HybridSearch", "Query")
Hits = list[tuple[int, float]]


@dataclass(frozen=True)
class Read:
    """One search or query as the proxy saw it.

    Attributes:
        method: `Search`, `HybridSearch` or `Query`.
        rows: how many rows it asked for.
        partitions: the partitions that it named.
        filtered: whether it came with a filter.
    """

    method: str
    rows: int
    partitions: frozenset[str]
    filtered: bool

    @property
    def narrowed(self) -> bool:
        """Whether it left Milvus to look for less than everybody's rows."""
        return self.filtered or bool(self.partitions)


@dataclass(frozen=True)
class Answers:
    """What a learner's search answered to several queries.

    Attributes:
        call: how the function was called, for sentences.
        queries: shape (queries, DIM).
        owners: whose rows were wanted.
        hits: for each query.
        reads: what the proxy saw.
    """

    call: str
    queries: Floats
    owners: tuple[str, ...]
    hits: list[Hits]
    reads: list[Read]

    @property
    def keys(self) -> list[list[int]]:
        """The keys that were found for each query."""
        return [[key for key, _ in hits] for hits in self.hits]


def ask(
    submission: Submission,
    milvus: Milvus,
    collection: str,
    function: str,
    whose: str | list[str] | None,
    queries: Floats,
    owners: Collection[str],
) -> Answers:
    """Have a learner's function search for each query, seen by a proxy.

    Args:
        submission: the learner's functions.
        milvus: where.
        collection: its name.
        function: `search_tenant` or `search_months`.
        whose: the argument of that function that says among whose rows it is to search.
        queries: shape (queries, DIM).
        owners: whose rows these are.

    Raises:
        LearnerError: a search failed.
    """

    def arguments(endpoint: Endpoint, query: Floats) -> list[object]:
        first, second = (whose, query) if function == "search_tenant" else (query, whose)
        return [endpoint, collection, first, second, K]

    with proxy_to(milvus.server.uri, keep=READS) as proxy:
        endpoint = milvus.through(proxy.uri)
        values = submission.map(function, [arguments(endpoint, query) for query in queries])
        reads = [_read(call, proxy.decode) for call in proxy.calls if call.method in READS]
    for value in values:
        if isinstance(value, LearnerError):
            raise value
    call = f"{function}(…, {shortened(whose)}, limit={K})"
    return Answers(call, queries, tuple(owners), [as_hits(value, function) for value in values], reads)


def as_hits(value: Any, function: str) -> Hits:
    """Return hits as learner code must return them: pairs of a key and a similarity, no more than were asked for."""
    hits = []
    for hit in returned(value, list[list[int | float]], function):
        pair = len(hit) == 2 and type(hit[0]) is int and -1e9 < hit[1] < 1e9
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of an id and a similarity, but it returned {actual}.",
            function=function,
            actual=shortened(hit),
        )
        hits.append((hit[0], float(hit[1])))
    assert len(hits) <= K, because(
        "too_many_hits",
        "{function}() was asked for at most {limit} rows and returned {actual}.",
        function=function,
        limit=K,
        actual=len(hits),
    )
    assert len({key for key, _ in hits}) == len(hits), because(
        "hit_twice", "{function}() returned the same row twice: {actual}.", function=function, actual=shortened(hits)
    )
    return hits


def assert_own_rows(answers: Answers, rows: Rows) -> None:
    """Make sure that each hit belongs to somebody whose rows were wanted."""
    for keys in answers.keys:
        owners = [rows.owner(key) for key in keys]
        made_up = [key for key, owner in zip(keys, owners, strict=True) if owner is None]
        assert not made_up, because(
            "unknown_rows",
            "Called {call}. It returned ids that nobody stored: {ids}.",
            call=answers.call,
            ids=shortened(made_up),
        )
        foreign = sorted({owner for owner in owners if owner is not None} - set(answers.owners))
        assert not foreign, because(
            "foreign_rows",
            "Called {call}. Among the {number} rows that it returned are rows of {others}, which nobody asked for.",
            call=answers.call,
            number=len(keys),
            others=listed(foreign),
        )


def assert_all_rows(answers: Answers, rows: Rows) -> None:
    """Make sure that each query found as many rows as there are, up to the limit."""
    there = int(rows.of(answers.owners).sum())
    wanted = min(K, there)
    fetched = sum(read.rows for read in answers.reads) // len(answers.queries)
    for query, keys in zip(answers.queries, answers.keys, strict=True):
        if len(keys) < wanted and fetched and not any(read.narrowed for read in answers.reads):
            assert set(keys) != set(rows.among_nearest(query, fetched, answers.owners)), because(
                "filters_after_top_k",
                "Called {call}. The number of rows that it returned is {actual}, though {there} are there. That is "
                "what is left when the {fetched} nearest of everybody's rows are fetched and filtered afterwards. Who "
                "has few rows gets few answers that way, or none: let Milvus search among the wanted rows only.",
                call=answers.call,
                actual=len(keys),
                there=there,
                fetched=fetched,
            )
        assert len(keys) == wanted, because(
            "too_few_hits",
            "Called {call}. The number of rows that it returned is {actual}, expected {expected}: {there} are there.",
            call=answers.call,
            actual=len(keys),
            expected=wanted,
            there=there,
        )


def assert_nearest(answers: Answers, rows: Rows) -> Recall:
    """Compare hits with exact search among the same rows, by distance and with an interval, and return their recall."""
    truth = rows.truth(answers.queries, answers.owners)
    recall = truth.recall(answers.keys)
    if not recall.may_reach(FLOOR):
        raise AssertionError(_far(answers, rows, recall))
    place = {int(key): row for row, key in enumerate(rows.keys)}
    for hits, closeness in zip(answers.hits, truth.closeness, strict=True):
        expected = np.array([closeness[place[key]] for key, _ in hits])
        scores = np.array([score for _, score in hits])
        assert np.all(np.diff(expected) <= SCORE_TOLERANCE), because(
            "not_best_first",
            "Called {call}. The rows are the right ones, but the most similar doesn't come first: their similarities "
            "are {actual}.",
            call=answers.call,
            actual=shortened(np.round(expected, 3).tolist()),
        )
        assert np.allclose(scores, expected, atol=SCORE_TOLERANCE), because(
            "wrong_scores",
            "Called {call}. The rows are the right ones, but their scores are {actual}, expected cosine similarities "
            "{expected}.",
            call=answers.call,
            actual=shortened(np.round(scores, 3).tolist()),
            expected=shortened(np.round(expected, 3).tolist()),
        )
    return recall


def _far(answers: Answers, rows: Rows, recall: Recall) -> Reason:
    """Say what answers look like that aren't the nearest."""

    def nearest(metric: Any) -> Sequence[Sequence[int]]:
        neighbours: list[list[int]] = rows.truth(answers.queries, answers.owners, metric=metric).neighbours().tolist()
        return neighbours

    mistakes = {"inner_product": nearest("IP"), "euclidean": nearest("L2")}
    looks = looks_like(answers.keys, nearest("COSINE"), mistakes) or "misses_neighbours"
    sentence = "Called {call} for {queries} queries. It found {share:.0%} of the rows that numpy finds nearest. "
    for reason, ending in (
        ("inner_product", "It looks like inner product (IP), which favours long vectors; the brief says COSINE."),
        ("euclidean", "It looks like Euclidean distance (L2); the brief says COSINE."),
        ("misses_neighbours", "Does it look at all of them? For these queries the proxy saw: {reads}."),
    ):
        if looks == reason:
            return because(
                reason,
                sentence + ending,
                call=answers.call,
                queries=len(answers.queries),
                share=recall.mean,
                reads=_shown(answers.reads),
            )
    raise AssertionError(looks)


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names in one short line."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _shown(reads: Sequence[Read]) -> str:
    """Return the requests of several queries in one short line: `Search for 10 rows in month_2024_03`."""
    kinds = {f"{each.method} for {each.rows} rows{_within(each)}" for each in reads}
    return listed(sorted(kinds) or ["no request"])


def _within(read: Read) -> str:
    return f" in {' and '.join(sorted(read.partitions))}" if read.partitions else ""


def _read(call: Call, decode: Callable[[Call], Any]) -> Read:
    """Read what a request asked for."""
    request = decode(call)
    if call.method == "Query":
        parameters = {pair.key: pair.value for pair in request.query_params}
        rows = int(parameters.get("limit", LARGEST_ANSWER))
        return Read("Query", rows, frozenset(request.partition_names), bool(request.expr))
    searches = request.requests if call.method == "HybridSearch" else [request]
    topks = [int(pair.value) for each in searches for pair in each.search_params if pair.key == "topk"]
    named = frozenset(request.partition_names).union(*(each.partition_names for each in searches))
    return Read(call.method, sum(topks), named, all(each.dsl for each in searches))
