"""Checks of 3.4 Performance benchmark.

The learner's harness measures searches that pass through a proxy, which delays, stalls and refuses them as it is told.
The proxy's log is the truth that its figures are held against. In the end it measures the real server, in turn with
the grader.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from checks.stage2_core_features.word_index import WordIndex, assert_matters, draw_words, serve_words
from checks.stage3_use_cases.load_agreement import Compared, agreement_chart, assert_agrees, compared
from checks.stage3_use_cases.load_closed import IDLE, assert_busy, assert_sends_each_once
from checks.stage3_use_cases.load_connections import assert_connects, assert_fails_at_once
from checks.stage3_use_cases.load_drawing import assert_marks
from checks.stage3_use_cases.load_figures import assert_counts, assert_percentiles
from checks.stage3_use_cases.load_open import LATE, assert_on_schedule, assert_shows_a_stall
from checks.stage3_use_cases.load_rig import Rig, in_one_of_several, make_rig
from checks.stage3_use_cases.load_sweep import LOADED, assert_sweeps
from checks.stage3_use_cases.load_timing import (
    LONG,
    SLOWER,
    assert_failures_apart,
    assert_times_answers,
    assert_times_the_run,
)
from fixtures.milvus import Milvus
from grader.check import check
from grader.kept import Kept
from grader.measured import Measured
from grader.runner.submission import Submission

LIMIT_S = 150.0
"""For checks that build an index and measure it; they take 5 s, and far longer on a machine that is busy."""


@pytest.fixture
def rig(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Rig:
    """The grader's small collection, made once for all checks of a run."""
    name, vectors = kept("rig", lambda: make_rig(milvus, rng))
    return Rig(submission, milvus, name, vectors, rng)


@pytest.fixture
def words(milvus: Milvus, kept: Kept, rng: np.random.Generator) -> WordIndex:
    """Five thousand words behind an HNSW index, likewise."""
    return kept("words", lambda: serve_words(milvus, "HNSW", draw_words(rng)))


@check("3.4", points=2)
def reports_percentiles(submission: Submission, rng: np.random.Generator) -> None:
    """summarise reports the percentiles of all latencies, in milliseconds"""
    assert_percentiles(submission, rng)


@check("3.4", after=[reports_percentiles])
def counts_answers_only(submission: Submission, rng: np.random.Generator) -> None:
    """summarise divides answers by the time of the run, without failures"""
    assert_counts(submission, rng)


@check("3.4")
def connects_once(rig: Rig) -> None:
    """connect opens one client, and each search is one request as told"""
    assert_connects(rig)


@check("3.4", after=[connects_once])
def lets_failures_show(rig: Rig) -> None:
    """a search that Milvus refuses fails at once, and isn't sent again"""
    assert_fails_at_once(rig)


@check("3.4", points=2)
def sends_each_query_once(rig: Rig) -> None:
    """closed_loop connects, warms up, and then sends each query once"""
    assert_sends_each_once(rig)


@check("3.4", points=2)
def keeps_its_workers_busy(rig: Rig) -> None:
    """closed_loop has as many searches on their way as it has workers"""
    in_one_of_several(lambda: assert_busy(rig), IDLE)


@check("3.4", points=2)
def times_each_answer(rig: Rig) -> None:
    """closed_loop times every answer by itself, from the sending on"""
    in_one_of_several(lambda: assert_times_answers(rig), SLOWER)


@check("3.4", points=2)
def times_the_whole_run(rig: Rig) -> None:
    """closed_loop takes the time from the warm-up's end to the last answer"""
    in_one_of_several(lambda: assert_times_the_run(rig), LONG)


@check("3.4", points=2)
def tells_failures_from_answers(rig: Rig) -> None:
    """closed_loop counts what fails, and neither stops for it nor times it"""
    assert_failures_apart(rig)


@check("3.4")
def keeps_to_the_schedule(rig: Rig) -> None:
    """open_loop sends every query when it is due"""
    in_one_of_several(lambda: assert_on_schedule(rig), LATE)


@check("3.4", points=3, after=[keeps_to_the_schedule])
def shows_the_stall(rig: Rig, measured: Callable[[Measured], None]) -> None:
    """open_loop reports what users see while Milvus stands still"""
    in_one_of_several(lambda: assert_shows_a_stall(rig, measured), LATE)


@check("3.4", points=2, after=[times_the_whole_run, counts_answers_only], limit_s=LIMIT_S)
def sweeps(rig: Rig, words: WordIndex, measured: Callable[[Measured], None]) -> None:
    """sweep measures every setting with every number of workers"""
    in_one_of_several(lambda: assert_sweeps(rig, words, measured), LOADED)


@check("3.4")
def draws_each_measurement(submission: Submission, rng: np.random.Generator) -> None:
    """draw leaves a mark for every measurement, where it belongs"""
    assert_marks(submission, rng)


@check("3.4", points=2, after=[times_the_whole_run, counts_answers_only], timed=True, limit_s=LIMIT_S)
def agrees_with_the_grader(rig: Rig, words: WordIndex, measured: Callable[[Measured], None]) -> None:
    """on the real server the figures are those that the grader measures"""
    assert_matters(words)
    ef = int(rig.rng.integers(40, 80))
    every: list[Compared] = []
    try:
        for workers in (1, 4):
            every.append(compared(rig, words, ef, workers))
            assert_agrees(rig, every[-1])
    finally:
        measured(agreement_chart(every, words.recall(ef).mean))
