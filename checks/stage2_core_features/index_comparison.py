"""What a check of 2.1 asks of a comparison: each figure beside what the grader saw, searched, timed and computed."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checks.stage2_core_features.index_arithmetic import INDEX_TYPES, TOLERANCE, as_number, size
from checks.stage2_core_features.index_recalls import Ids, own_search
from checks.stage2_core_features.index_words import K, Vectors, Words
from fixtures.milvus import Milvus
from fixtures.proxy import Call, Proxy
from fixtures.recall import Metric, exact
from grader.check import because, returned, shortened
from grader.measured import Table
from infra.messages import N_

KEEP = ("CreateIndex", "DescribeIndex", "LoadCollection", "GetLoadingProgress", "GetLoadState", "Search")
"""Requests that tell when an index was asked for, waited for, and first used."""
WAITS = frozenset(KEEP) - {"CreateIndex", "Search"}
SLACK_S = 0.5
"""What the learner's clock and the log of the proxy may differ by, on a machine with other work."""
RECALL_SLACK = 0.01
SAMPLES = 15

Row = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """A comparison that learner code has written, and what it was written about.

    Attributes:
        name: how the names of its collections begin.
        rows: what it says of each index type.
        words: what the collections hold.
        queries: what they were searched with.
        efforts: with which effort, by index type.
        found: what the grader's own client finds there, by index type.
    """

    name: str
    rows: dict[str, Row]
    words: Words
    queries: Vectors
    efforts: dict[str, int]
    found: dict[str, Ids]

    def collection(self, index_type: str) -> str:
        """Return the name of an index type's collection."""
        return f"{self.name}_{index_type}"


def as_rows(value: Any) -> dict[str, Row]:
    """Return a comparison as learner code must return it: a dict for each index type, with finite numbers."""
    rows: dict[str, Row] = {}
    for row in returned(value, list[dict[str, Any]], "compare"):
        missing = [key for key in ("index_type", "recall", "build_s", "bytes") if key not in row]
        assert not missing, because(
            "missing_figures",
            "compare() returned a row without {missing}: {row}.",
            missing=", ".join(missing),
            row=shortened(row),
        )
        for key in ("recall", "build_s", "bytes"):
            as_number(row[key], "compare")
        rows[str(row["index_type"])] = row
    types = sorted(str(row["index_type"]) for row in value)
    assert types == sorted(INDEX_TYPES), because(
        "wrong_types",
        "compare() should return one row for each of {expected}, and it returned rows for {actual}.",
        expected=", ".join(INDEX_TYPES),
        actual=shortened(types),
    )
    return rows


def assert_recalls(compared: Compared) -> None:
    """Hold the reported recall of each index against the grader's search of the same index with the same queries."""
    truth = compared.words.truth(compared.queries)
    own = {each: truth.recall(found) for each, found in compared.found.items()}
    wrong = [
        each
        for each in INDEX_TYPES
        if not own[each].low - RECALL_SLACK <= compared.rows[each]["recall"] <= own[each].high + RECALL_SLACK
    ]
    if not wrong:
        return
    facts = {
        "index_type": wrong[0],
        "said": f"{compared.rows[wrong[0]]['recall']:.4g}",
        "own": f"{own[wrong[0]].mean:.3f}",
        "low": f"{own[wrong[0]].low:.3f}",
        "high": f"{own[wrong[0]].high:.3f}",
    }
    sentence = (
        "compare() reports a recall of {said} for {index_type}. The grader searched the same index with the same "
        "queries and the same effort, and found {own} ({low} to {high}) of the nearest by cosine. "
    )
    for reason, hint, fits in (
        ("euclidean_truth", "It looks like recall of the nearest by Euclidean distance.", _fits(compared, "L2")),
        ("inner_product_truth", "It looks like recall of the nearest by inner product.", _fits(compared, "IP")),
        (
            "same_for_all",
            "All five have the same recall: is it one collection that is searched five times?",
            len({round(row["recall"], 6) for row in compared.rows.values()}) == 1,
        ),
    ):
        assert not fits, because(reason, sentence + hint, **facts)
    raise AssertionError(
        because("wrong_recall", sentence + "Is it measured after the index was built, with the effort given?", **facts)
    )


def _fits(compared: Compared, metric: Metric) -> bool:
    """Say whether the reported recalls are those of another truth."""
    other = exact(compared.queries, compared.words.rows, metric, K)
    return all(
        abs(other.recall(found).mean - compared.rows[each]["recall"]) <= 2 * RECALL_SLACK
        for each, found in compared.found.items()
    )


def assert_sizes(compared: Compared) -> None:
    """Hold the reported bytes against the formula."""
    for index_type, row in compared.rows.items():
        expected = size(index_type, *compared.words.rows.shape)
        assert abs(row["bytes"] - expected) <= TOLERANCE * expected, because(
            "wrong_size",
            "compare() reports {said} bytes for {index_type} over {rows} vectors of {dim} numbers, expected {expected} "
            "± 20 %.",
            said=f"{row['bytes']:,.0f}",
            index_type=index_type,
            rows=len(compared.words.rows),
            dim=compared.words.dim,
            expected=f"{expected:,}",
        )


def assert_seconds(compared: Compared, proxy: Proxy) -> None:
    """Hold the reported seconds against what the proxy saw of each build."""
    for index_type, row in compared.rows.items():
        low, high = build_window(proxy, compared.collection(index_type))
        assert low - SLACK_S <= row["build_s"] <= high + SLACK_S, because(
            "wrong_seconds",
            "compare() reports {said} s for {index_type}. Between the request for that index and its first search the "
            "grader saw {high} s pass, and {low} s until the index was loaded. Report what build_index() measured.",
            said=f"{row['build_s']:.2f}",
            index_type=index_type,
            low=f"{low:.2f}",
            high=f"{high:.2f}",
        )


def build_window(proxy: Proxy, collection: str) -> tuple[float, float]:
    """Return the least and the most seconds that building and loading an index can have taken.

    The most: from CreateIndex to the first Search. The least: from CreateIndex to the last request with which the
    program waited for it, without what it may have asked after it had turned to another collection.
    """
    calls = [(call, _collection(proxy, call)) for call in proxy.calls if call.method in KEEP]
    own = [call for call, name in calls if name == collection]
    began = next((call.arrived for call in own if call.method == "CreateIndex"), math.inf)
    searched = next((call.arrived for call in own if call.method == "Search"), math.inf)
    assert began < searched < math.inf, because(
        "not_through_the_client",
        "compare() built no index on {collection}, or didn't search it, through the client that it was given.",
        collection=collection,
    )
    ended = began
    for call, name in calls:
        if began <= call.arrived < searched:
            if name != collection:
                break
            ended = max(ended, call.finished)
    return ended - began, searched - began


def _collection(proxy: Proxy, call: Call) -> str:
    name: str = proxy.decode(call).collection_name
    return name


def table(milvus: Milvus, compared: Compared) -> Table:
    """Put the comparison beside what the grader measured."""
    truth = compared.words.truth(compared.queries)
    cells = [
        (
            each,
            round(compared.rows[each]["recall"], 3),
            round(truth.recall(compared.found[each]).mean, 3),
            round(compared.rows[each]["build_s"], 2),
            round(compared.rows[each]["bytes"] / 1e3),
            round(_p50_ms(milvus, compared, each), 1),
        )
        for each in INDEX_TYPES
    ]
    columns = (
        N_("index"),
        N_("recall@10, reported"),
        N_("recall@10, measured"),
        N_("build s"),
        N_("kB, estimated"),
        N_("p50 ms of one query"),
    )
    return Table(N_("Five indexes on the same words"), columns, tuple(cells))


def _p50_ms(milvus: Milvus, compared: Compared, index_type: str) -> float:
    def seconds(queries: Vectors) -> float:
        began = time.perf_counter()
        own_search(milvus, compared.collection(index_type), index_type, queries, compared.efforts[index_type])
        return time.perf_counter() - began

    singles: Sequence[Vectors] = [compared.queries[[row]] for row in range(SAMPLES)]
    return statistics.median(seconds(single) for single in singles) * 1e3
