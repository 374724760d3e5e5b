"""Checks of 2.1 Index management.

Learner code fills and indexes a collection for each index type, once for all checks that need it, with words whose
space is turned about anew in every run. What it serves, the grader's own client asks the server; what it finds is held
against exact search, beside a control: recall must fall with the effort, or the index isn't in use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checks.stage2_core_features.index_arithmetic import (
    INDEX_TYPES,
    NLIST,
    assert_pieces,
    assert_recall,
    assert_size,
    recall_cases,
)
from checks.stage2_core_features.index_comparison import (
    KEEP,
    Compared,
    as_rows,
    assert_recalls,
    assert_seconds,
    assert_sizes,
    table,
)
from checks.stage2_core_features.index_recalls import (
    EFFORTS,
    as_ids,
    assert_costs_recall,
    assert_moves,
    assert_nearest,
    own_search,
    recalls,
)
from checks.stage2_core_features.index_served import assert_served
from checks.stage2_core_features.index_words import QUERIES, K, Shelf, Vectors, fresh_words
from fixtures.milvus import Milvus
from fixtures.proxy import proxy_to
from fixtures.recall import Recall
from grader.check import because, check
from grader.kept import Kept
from grader.measured import Chart, Measured, Series
from grader.racing import Race
from grader.runner.submission import Submission
from infra.messages import N_

TARGET = 0.95
"""Recall at which the latency of HNSW is compared."""
BATCH = 20
COMPARED_ROWS, COMPARED_DIM = 2_000, 24


@pytest.fixture
def shelf(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Shelf:
    """The collections that the learner's code made on this server, each once for all checks."""
    return Shelf(submission, milvus, kept, rng)


@check("2.1")
def cuts_into_equal_pieces(submission: Submission, rng: np.random.Generator) -> None:
    """pq_pieces finds the most pieces that divide the dimension"""
    dims = [384, 50, *(int(dim) for dim in rng.choice(np.arange(8, 1_500), 12, replace=False)), 3]
    for dim, value in zip(dims, submission.map("pq_pieces", [(dim,) for dim in dims]), strict=True):
        assert_pieces(dim, value)


@check("2.1")
def recall_is_a_share_of_the_truth(submission: Submission, rng: np.random.Generator) -> None:
    """recall counts the true neighbours that were found"""
    cases = recall_cases(rng)
    values = submission.map("recall", list(cases.values()))
    for (what, (found, truth)), value in zip(cases.items(), values, strict=True):
        assert_recall(what, found, truth, value)


@check("2.1", points=2, after=[cuts_into_equal_pieces])
def estimates_the_bytes(submission: Submission, rng: np.random.Generator) -> None:
    """index_bytes knows what each index keeps of a vector"""
    dims = [int(dim) for dim in rng.choice([16, 24, 32, 40, 48], 2, replace=False)] + [int(rng.choice([96, 384, 768]))]
    sizes = [
        (each, int(rng.integers(2_000, 3_000)) * 10**power, dim)
        for each in INDEX_TYPES
        for power, dim in enumerate(dims)
    ]
    for (index_type, rows, dim), value in zip(sizes, submission.map("index_bytes", sizes), strict=True):
        assert_size(index_type, rows, dim, value)


@check("2.1")
def seals_every_row(shelf: Shelf) -> None:
    """fill stores every vector and leaves none in a growing segment"""
    shelf.filled("IVF_FLAT")


@check("2.1", points=2, after=[seals_every_row])
def serves_the_index(shelf: Shelf) -> None:
    """build_index returns when every row is searched by the index"""
    shelf.built("IVF_FLAT")


@check("2.1", after=[serves_the_index])
def tells_the_seconds(shelf: Shelf) -> None:
    """build_index says how long it took"""
    built = shelf.built("HNSW")
    assert built.said_s <= built.took_s, because(
        "longer_than_it_took",
        "build_index() took {took} s on the grader's clock and returned {said}. Seconds are expected, measured by "
        "time.perf_counter() or time.monotonic().",
        took=f"{built.took_s:.2f}",
        said=f"{built.said_s:.4g}",
    )
    assert built.said_s >= built.took_s - max(0.25, 0.2 * built.took_s), because(
        "clock_stopped_early",
        "build_index() took {took} s on the grader's clock and returned {said}. From the request for the index to the "
        "moment when searches use it: the waiting for the build, and the load, belong to it.",
        took=f"{built.took_s:.2f}",
        said=f"{built.said_s:.4g}",
    )


@check("2.1", points=2, after=[serves_the_index, cuts_into_equal_pieces], limit_s=240)
def builds_each_type(shelf: Shelf) -> None:
    """build_index builds FLAT, IVF_SQ8, HNSW and IVF_PQ, each with its parameters"""
    for index_type in ("FLAT", "IVF_SQ8", "HNSW", "IVF_PQ"):
        shelf.built(index_type)


@check("2.1", points=2, after=[serves_the_index])
def search_equals_numpy(shelf: Shelf) -> None:
    """search on FLAT returns numpy's nearest rows for every query"""
    queries = shelf.queries(QUERIES // 4)
    found = as_ids(shelf.search("FLAT", queries, K), len(queries))
    assert_nearest(found, shelf.words, queries)


@check("2.1", points=3, after=[search_equals_numpy])
def effort_moves_recall(shelf: Shelf, measured: Callable[[Measured], None]) -> None:
    """more effort finds more: nprobe for IVF_FLAT, ef for HNSW"""
    by_type = recalls(shelf, "IVF_FLAT", "HNSW")
    measured(_chart(N_("Recall against effort"), by_type))
    for index_type, by_effort in by_type.items():
        assert_moves(shelf, index_type, by_effort)


@check("2.1", points=2, after=[effort_moves_recall, builds_each_type])
def compression_costs_recall(shelf: Shelf, measured: Callable[[Measured], None]) -> None:
    """with all lists looked at, IVF_PQ finds less than IVF_SQ8, and that no more than IVF_FLAT"""
    by_type = recalls(shelf, "IVF_FLAT", "IVF_SQ8", "IVF_PQ")
    measured(_chart(N_("What compression costs"), by_type))
    for index_type in ("IVF_SQ8", "IVF_PQ"):
        assert_moves(shelf, index_type, by_type[index_type])
    assert_costs_recall(shelf, {index_type: by_effort[NLIST] for index_type, by_effort in by_type.items()})


@check("2.1", points=4, after=[search_equals_numpy, recall_is_a_share_of_the_truth, estimates_the_bytes], limit_s=240)
def compares_what_is_there(shelf: Shelf, measured: Callable[[Measured], None]) -> None:
    """compare reports each index as the grader finds it: recall, seconds, bytes"""
    milvus, words = shelf.milvus, fresh_words(shelf.rng, COMPARED_ROWS, COMPARED_DIM)
    queries, name = words.others[:QUERIES], milvus.new_name("words")
    nprobe, ef = int(shelf.rng.integers(3, 9)), int(shelf.rng.integers(12, 20))
    with proxy_to(milvus.server.uri, milvus.server.token, keep=KEEP) as proxy:
        arguments = (milvus.through(proxy.uri), name, words.rows, queries, K, nprobe, ef)
        rows = as_rows(shelf.submission.call("compare", *arguments))
    efforts = {each: ef if each == "HNSW" else nprobe for each in INDEX_TYPES}
    for index_type in INDEX_TYPES:
        assert_served(milvus, f"{name}_{index_type}", index_type, words.rows)
    found = {each: own_search(milvus, f"{name}_{each}", each, queries, efforts[each]) for each in INDEX_TYPES}
    compared = Compared(name, rows, words, queries, efforts, found)
    measured(table(milvus, compared))
    assert_recalls(compared)
    assert_sizes(compared)
    assert_seconds(compared, proxy)


@check("2.1", points=2, after=[effort_moves_recall], timed=True)
def searches_as_fast_as_the_reference(shelf: Shelf, race: Race) -> None:
    """search with HNSW at recall 0.95 takes at most 1.3 times as long as the reference"""
    name, endpoint = shelf.built("HNSW").collection, shelf.milvus.endpoint()
    effort = _cheapest(shelf, name)

    def questions() -> list[Sequence[object]]:
        return [(endpoint, name, "HNSW", shelf.queries(BATCH), K, effort) for _ in range(4)]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        queries: Vectors = np.concatenate([np.asarray(arguments[3]) for arguments in argss])
        found = [ids for result in results for ids in as_ids(result, BATCH)]
        recall = shelf.words.truth(queries).recall(found)
        assert recall.may_reach(TARGET), because(
            "fast_and_wrong",
            "While it was timed, search() had recall {recall} on HNSW with effort {effort}, expected {target} or more.",
            recall=f"{recall.mean:.3f}",
            effort=effort,
            target=TARGET,
        )

    race.judge("search", questions, right, limit=1.3)


def _cheapest(shelf: Shelf, name: str) -> int:
    """Return the smallest effort of HNSW's with which the grader's own search reaches the target."""
    queries = shelf.queries(2 * QUERIES)
    truth = shelf.words.truth(queries)
    for effort in EFFORTS["HNSW"]:
        if truth.recall(own_search(shelf.milvus, name, "HNSW", queries, effort)).low >= TARGET:
            return effort
    return max(EFFORTS["HNSW"])


def _chart(title: str, by_type: dict[str, dict[int, Recall]]) -> Chart:
    """Draw recall over the effort, a line for each index type."""
    series = tuple(
        Series(index_type, "yours", tuple((effort, recall.mean, f"{effort}") for effort, recall in by_effort.items()))
        for index_type, by_effort in by_type.items()
    )
    return Chart(title, N_("effort: nprobe, or ef of HNSW"), N_("recall@10"), series, log_x=True)
