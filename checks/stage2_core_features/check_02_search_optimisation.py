"""Checks of 2.2 Search optimisation.

The grader builds the collections, over words that no run before has had together, and each of them once for all checks.
What the learner's code chooses is measured on queries that it never saw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from checks.stage2_core_features.front_assertions import assert_fronts
from checks.stage2_core_features.page_assertions import assert_asks_for_one_page, assert_leaves, leaf_through
from checks.stage2_core_features.range_assertions import (
    Archive,
    Metric,
    assert_all_within,
    assert_bounds,
    between,
    fill_archive,
    found_within,
    on_the_bounds,
)
from checks.stage2_core_features.tuning_assertions import (
    assert_few_requests,
    assert_neither_gambles_nor_wastes,
    assert_raises,
    assert_reaches,
    assert_shares,
    sweep_chart,
    tuned,
)
from checks.stage2_core_features.word_hits import as_answers, assert_heeds, assert_scores
from checks.stage2_core_features.word_index import (
    K,
    Kind,
    Target,
    WordIndex,
    aim,
    assert_matters,
    draw_words,
    ids_of,
    serve_words,
)
from fixtures.milvus import Milvus
from fixtures.recall import Recall
from grader.check import because, check
from grader.kept import Kept
from grader.measured import Chart, Measured, Series
from grader.racing import Race, Raced
from grader.runner.submission import Submission
from infra.messages import N_

LIMIT_S = 150.0
"""For checks that build an index and measure it; they take 5 s, and far longer on a machine that is busy."""
FEW, MOST_FOR_FEW, EASY = 40, 128, 0.85
"""Queries, the largest value and the target where only requests are counted."""
LISTS_TOO_FEW, HARD = 2, 0.95
"""Two lists of 64 hold two thirds of the neighbours: nothing reaches this target with them."""
QUESTIONS = 32
SLACK = 0.05
"""By how much the recall of the few answers of one sample may fall short while they are timed."""


@dataclass(frozen=True)
class Shelf:
    """The collections of one run, each made when a check first asks for it."""

    milvus: Milvus
    kept: Kept
    rng: np.random.Generator

    def words(self, kind: Kind) -> WordIndex:
        """Return the words behind an index."""
        words = self.kept("words", lambda: draw_words(self.rng))
        return self.kept(kind, lambda: serve_words(self.milvus, kind, words))

    def target(self, index: WordIndex) -> Target:
        """Return what is to be reached with an index."""
        return self.kept(f"target of {index.kind}", lambda: aim(index, self.rng))

    def archive(self, metric: Metric) -> Archive:
        """Return the archive with a metric."""
        return self.kept(f"archive {metric}", lambda: fill_archive(self.milvus, metric, self.rng))


@pytest.fixture
def shelf(milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Shelf:
    """The grader's own collections."""
    return Shelf(milvus, kept, rng)


@check("2.2")
def counts_recall(submission: Submission, rng: np.random.Generator) -> None:
    """recalls says which share of each query's true neighbours was found"""
    assert_shares(submission, rng)


@check("2.2", points=2)
def leaves_a_margin(submission: Submission, rng: np.random.Generator) -> None:
    """is_sure neither gambles on a sample nor asks for more than it takes"""
    assert_neither_gambles_nor_wastes(submission, rng)


@check("2.2", points=2)
def drops_what_is_beaten(submission: Submission, rng: np.random.Generator) -> None:
    """pareto_front keeps the settings that nothing beats, and no others"""
    assert_fronts(submission, rng)


@check("2.2", points=2, limit_s=LIMIT_S)
def heeds_the_parameter(submission: Submission, shelf: Shelf) -> None:
    """search finds what its parameter allows, for all queries with one request"""
    kinds: tuple[Kind, ...] = ("HNSW", "IVF_FLAT")
    for kind in kinds:
        index = shelf.words(kind)
        assert_matters(index)
        chosen = shelf.rng.choice(len(index.words.asked), QUESTIONS, replace=False)
        assert_heeds(submission, index, index.words.asked[chosen])


@check("2.2", points=3, after=[heeds_the_parameter], limit_s=LIMIT_S)
def finds_the_cheapest_ef(
    submission: Submission, shelf: Shelf, kept: Kept, measured: Callable[[Measured], None]
) -> None:
    """tune finds an ef that reaches the target on new queries, and hardly a larger one"""
    index = shelf.words("HNSW")
    target = shelf.target(index)
    value = kept("ef", lambda: tuned(submission, index, index.words.asked, target))
    index.recall(value)
    measured(sweep_chart(index, value, target, N_("Recall against ef"), N_("ef")))
    assert_reaches(index, value, target)


@check("2.2", points=2, after=[finds_the_cheapest_ef], limit_s=LIMIT_S)
def finds_the_cheapest_nprobe(submission: Submission, shelf: Shelf, measured: Callable[[Measured], None]) -> None:
    """tune finds an nprobe that does the same"""
    index = shelf.words("IVF_FLAT")
    for target in (shelf.target(index), aim(index, shelf.rng)):  # one number may be right by luck
        value = tuned(submission, index, index.words.asked, target)
        index.recall(value)
        assert_reaches(index, value, target)
    measured(sweep_chart(index, value, target, N_("Recall against nprobe"), N_("nprobe")))


@check("2.2", after=[finds_the_cheapest_ef])
def tunes_with_few_requests(submission: Submission, shelf: Shelf) -> None:
    """tune sends few requests, each with all the queries"""
    index = shelf.words("HNSW")
    assert_few_requests(submission, index, index.words.asked[:FEW], EASY, MOST_FOR_FEW)


@check("2.2", after=[heeds_the_parameter])
def says_when_nothing_reaches(submission: Submission, shelf: Shelf) -> None:
    """tune raises ValueError when no allowed value reaches the target"""
    index = shelf.words("IVF_FLAT")
    assert_raises(submission, index, index.words.asked[: 2 * FEW], LISTS_TOO_FEW, HARD)


@check("2.2", points=2)
def finds_all_within_cosine(submission: Submission, shelf: Shelf) -> None:
    """within finds every row between two cosine similarities, and no others"""
    _assert_ranges(submission, shelf.archive("COSINE"), shelf.rng)


@check("2.2", after=[finds_all_within_cosine])
def finds_all_within_l2(submission: Submission, shelf: Shelf) -> None:
    """within finds every row between two distances, where near is small"""
    _assert_ranges(submission, shelf.archive("L2"), shelf.rng)


@check("2.2", after=[finds_all_within_l2])
def keeps_the_bounds(submission: Submission, shelf: Shelf) -> None:
    """within includes the nearer bound and excludes the farther one"""
    metrics: tuple[Metric, ...] = ("COSINE", "L2")
    for metric in metrics:
        asked = on_the_bounds(shelf.archive(metric))
        assert_bounds(asked, found_within(submission, asked))


@check("2.2", points=2)
def pages_join(submission: Submission, shelf: Shelf) -> None:
    """pages neither overlap nor lose hits between them"""
    index = shelf.words("HNSW")
    chosen = shelf.rng.choice(len(index.words.held_out), 5, replace=False)
    assert_leaves(leaf_through(submission, index, index.words.held_out[chosen]))


@check("2.2", after=[pages_join])
def asks_for_one_page(submission: Submission, shelf: Shelf) -> None:
    """page asks Milvus for the hits of one page, and not for those before it"""
    index = shelf.words("HNSW")
    assert_asks_for_one_page(submission, index, index.words.held_out[shelf.rng.integers(len(index.words.held_out))])


@check("2.2", points=2, after=[finds_the_cheapest_ef], timed=True, limit_s=LIMIT_S)
def searches_as_fast(
    submission: Submission, shelf: Shelf, kept: Kept, race: Race, measured: Callable[[Measured], None]
) -> None:
    """search at the ef that tune has chosen is as fast as the reference"""
    index = shelf.words("HNSW")
    target = shelf.target(index)
    ef = kept("ef", lambda: tuned(submission, index, index.words.asked, target))
    endpoint, words = index.milvus.endpoint(), index.words

    def questions() -> list[Sequence[object]]:
        near = words.asked[shelf.rng.integers(len(words.asked), size=QUESTIONS)]
        fresh = near + shelf.rng.normal(0, 0.05, near.shape).astype(np.float32)
        return [(endpoint, index.name, fresh, K, {"ef": ef})]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        for (_, _, queries, k, _), said in zip(argss, results, strict=True):
            call = f"search(client, name, {QUESTIONS} vectors, {k}, {{'ef': {ef}}})"
            assert isinstance(queries, np.ndarray)
            answers = as_answers(said, QUESTIONS, call)
            assert_scores(answers, words, queries, call)
            _assert_not_hasty(words.truth(queries).recall(ids_of(answers)), target, call)

    raced = race.judge("search", questions, right, limit=1.3)
    measured(_raced_chart(raced, index.recall(ef), target, ef))


def _assert_ranges(submission: Submission, archive: Archive, rng: np.random.Generator) -> None:
    """Ask for a few rows, for more than pymilvus' default limit, and for more than half of all."""
    for first, last in ((20, 60), (60, 500), (300, 1_500)):
        asked = between(archive, rng, first, last)
        assert_all_within(asked, found_within(submission, asked))


def _assert_not_hasty(recall: Recall, target: Target, call: str) -> None:
    assert recall.may_reach(target.recall - SLACK), because(
        "fast_but_wrong",
        "Called {call} while it was timed. Its recall was {actual}, and with that ef it should be about {expected}.",
        call=call,
        actual=f"{recall.mean:.2f}",
        expected=f"{target.recall:.2f}",
    )


def _raced_chart(raced: Raced, recall: Recall, target: Target, ef: int) -> Chart:
    label = f"ef={ef}"
    return Chart(
        N_("Recall against latency, at your ef"),
        x=N_("p50 in ms of a search for 32 vectors"),
        y=N_("recall@10 of held-out queries"),
        series=(
            Series(N_("reference"), "reference", ((raced.reference_ms, recall.mean, label),)),
            Series(N_("yours"), "yours", ((raced.p50_ms, recall.mean, label),)),
        ),
        x_at_most=raced.limit_ms,
        y_at_least=target.recall,
    )
