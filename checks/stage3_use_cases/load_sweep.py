"""What the check of 3.4 asks of a sweep: a row for each setting and number of workers, with figures of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks.stage2_core_features.word_index import K, WordIndex, assert_matters, unseen
from checks.stage3_use_cases.load_drawing import Row, drawn_by_learner
from checks.stage3_use_cases.load_figures import as_figures
from checks.stage3_use_cases.load_rig import Rig, Seen, Sent
from fixtures.fates import hold
from fixtures.proxy import Call
from grader.check import because, returned, shortened
from grader.measured import Measured

HELD_S = 0.02
NEAR_RECALL = 0.08
"""How far a row's recall may lie from what the grader found with the same setting: 0.00 to 0.03 measured. Truth that is
shifted by one query gives about 0."""
SHORTER, LONGER = 0.98, 1.6
"""How many times the figures that the log gives a row's may be: 1.00 to 1.27 measured."""

LOADED = frozenset({"figures_of_another_run", "wrong_recall"})
"""What is measured again: once, the same queries found 0.76 and right afterwards 0.85 of their neighbours."""


@dataclass(frozen=True)
class Expected:
    """What the log and the grader say of one setting with one number of workers.

    Attributes:
        ef: the setting.
        workers: how many.
        qps: answers a second, from the first arrival to the last answer.
        p50_ms: the middle one of the latencies.
    """

    ef: int
    workers: int
    qps: float
    p50_ms: float


def assert_sweeps(rig: Rig, index: WordIndex, measured: Callable[[Measured], None]) -> None:
    """Have two settings measured with two numbers of workers, and hold each row against the log and the truth."""
    assert_matters(index)
    warm_up, number = 4, 20
    chosen = rig.rng.choice(len(index.words.asked), warm_up + number, replace=False)
    queries = unseen(index.words.asked[chosen])
    truth = index.words.truth(queries).neighbours()
    efs = [int(rig.rng.integers(10, 13)), int(rig.rng.integers(120, 250))]
    workers = [1, int(rig.rng.integers(3, 5))]
    settings = [{"ef": int(ef)} for ef in rig.rng.permutation(efs)]
    with rig.seen(queries, hold(HELD_S, "Search"), index.name, K) as seen:
        said = seen.drive("swept", queries, truth, settings, workers, warm_up)
    rows = {(row["params"]["ef"], row["workers"]): row for row in _rows(said, settings, workers)}
    for expected in _expected(seen, settings, workers, warm_up, len(queries)):
        _assert_row(rows[expected.ef, expected.workers], expected)
    for ef in efs:
        found = index.found(queries[warm_up:], K, {"ef": ef})
        recall = index.words.truth(queries[warm_up:]).recall(found).mean
        for number_of in workers:
            _assert_recall(float(rows[ef, number_of]["recall"]), recall, ef)
    if (picture := drawn_by_learner(rig.submission, [*rows.values()])) is not None:
        measured(picture)


def _rows(said: Any, settings: list[dict[str, int]], workers: list[int]) -> list[Row]:
    """Return the rows, if there is one for each setting and number of workers."""
    rows: list[Row] = returned(said, list[dict[str, Any]], "sweep")
    wanted = sorted((setting["ef"], number) for setting in settings for number in workers)
    there = []
    for row in rows:
        params = row.get("params")
        there.append((params.get("ef") if isinstance(params, dict) else None, row.get("workers")))
        returned(row.get("recall"), float | int, "sweep")
        as_figures(row, "sweep")
    assert sorted(there, key=str) == sorted(wanted, key=str), because(
        "not_a_row_each",
        "sweep() was given the settings {settings} and {workers} workers. It returned rows for (ef, workers) {actual}; "
        "one for each pair is expected: {expected}.",
        settings=shortened(settings),
        workers=shortened(workers),
        actual=shortened(there, 160),
        expected=shortened(wanted, 160),
    )
    return rows


def _expected(
    seen: Seen, settings: list[dict[str, int]], workers: list[int], warm_up: int, queries: int
) -> list[Expected]:
    """Return what the log says of each run: a setting's searches, cut where the first query comes again."""
    calls = seen.calls()
    expected = []
    for setting in settings:
        mine = [call for call in calls if _ef(seen, call) == setting["ef"]]
        assert len(mine) == len(workers) * queries, because(
            "not_measured_anew",
            "sweep() was given {queries} queries and {workers} numbers of workers. {actual} searches with ef={ef} "
            "reached Milvus, and {expected} are right: every row is a run of its own.",
            queries=queries,
            workers=len(workers),
            ef=setting["ef"],
            actual=len(mine),
            expected=len(workers) * queries,
        )
        runs = [seen.sent(mine[start : start + queries]) for start in range(0, len(mine), queries)]
        for number, run in zip(_in_order(runs, workers), runs, strict=True):
            counting = [each for each in run if each.place >= warm_up]
            expected.append(_figures(setting["ef"], number, counting))
    return expected


def _in_order(runs: Sequence[Sequence[Sent]], workers: list[int]) -> list[int]:
    """Return how many workers each run had: those that took longer had fewer."""
    spans = [max(each.finished for each in run) - run[0].arrived for run in runs]
    ranks = np.argsort(np.argsort([-span for span in spans]))
    return [sorted(workers)[rank] for rank in ranks]


def _figures(ef: int, workers: int, counting: Sequence[Sent]) -> Expected:
    assert counting, because("sent_nothing_that_counts", "sweep() sent no query but those of the warm-up.")
    span = max(each.finished for each in counting) - min(each.arrived for each in counting)
    return Expected(ef, workers, len(counting) / span, 1e3 * float(np.median([each.seconds for each in counting])))


def _assert_row(row: dict[str, Any], expected: Expected) -> None:
    right = (
        1 / LONGER <= row["qps"] / expected.qps <= 1 / SHORTER and SHORTER <= row["p50_ms"] / expected.p50_ms <= LONGER
    )
    assert right, because(
        "figures_of_another_run",
        "In the row of ef={ef} and {workers} workers sweep() reports {qps} QPS and a p50 of {p50} ms. By the log of "
        "the proxy it was {right_qps} QPS and {right_p50} ms: are they the figures of this run?",
        ef=expected.ef,
        workers=expected.workers,
        qps=f"{row['qps']:.1f}",
        p50=f"{row['p50_ms']:.1f}",
        right_qps=f"{expected.qps:.1f}",
        right_p50=f"{expected.p50_ms:.1f}",
    )


def _assert_recall(actual: float, expected: float, ef: int) -> None:
    assert abs(actual - expected) <= NEAR_RECALL, because(
        "shifted_truth" if actual < 0.2 else "wrong_recall",
        "In a row of ef={ef} sweep() reports a recall of {actual}. With that setting the grader finds {expected} of "
        "the true neighbours. `truth` has a row for every query, those of the warm-up too, and `found` begins after "
        "these.",
        ef=ef,
        actual=f"{actual:.2f}",
        expected=f"{expected:.2f}",
    )


def _ef(seen: Seen, call: Call) -> int:
    """Return the ef that a search carried."""
    told = {pair.key: pair.value for pair in seen.proxy.decode(call).search_params}
    return int(json.loads(told.get("params", "{}")).get("ef", 0))
