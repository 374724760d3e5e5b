"""What the last check of 3.4 asks: on the real server, without a proxy, the figures are those that the grader measures.

Both measure the same kind of load in turn, a few times in a second, on queries that nobody has sent before. Whether
their p50 agrees is decided as every race is, by the trimmed mean of the ratios of pairs and its interval. QPS has to be
clearly apart to be held against anybody: one long pause of a busy machine is in it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.stage2_core_features.word_index import K, WordIndex, unseen
from checks.stage3_use_cases.load_figures import as_figures
from checks.stage3_use_cases.load_rig import Rig
from checks.stage3_use_cases.load_runs import Run, as_run
from fixtures.recall import recall_of
from grader.check import because, undecided
from grader.measured import Chart, Series
from grader.timing import Decision, Pair, Ratio, decide, ratio
from infra.messages import N_

Floats = npt.NDArray[np.floating[Any]]

QUERIES, WARM_UP = 20, 4
TOLERANCE = 2.0
"""How many times the grader's figures the learner's may be, either way. Of 16 runs of the solution on either backend,
with five times as much to do as the machine has cores, p50 was 0.71 to 1.46 times the grader's and QPS 0.60 to 1.43; of
20 with half as much to do, 0.71 to 1.27 and 0.77 to 1.24. Who judges, or pauses, while it measures is off by 4 or
more."""
SLACK = 0.15
"""By how much the recall of so few queries may fall short."""


@dataclass(frozen=True)
class Figures:
    """What one side has measured in one turn.

    Attributes:
        answer_s: seconds of the run by its answers: the inverse of QPS.
        p50_s: the middle latency.
    """

    answer_s: float
    p50_s: float


@dataclass(frozen=True)
class Compared:
    """Both sides with one number of workers, turn by turn.

    Attributes:
        workers: how many.
        own: the grader's figures.
        theirs: the learner's.
        p50: how many times the grader's p50 the learner's is.
    """

    workers: int
    own: list[Figures]
    theirs: list[Figures]
    p50: Ratio

    def pairs(self, figure: str) -> list[Pair]:
        """Return the learner's figure and the grader's of each turn."""
        pairs = zip(self.theirs, self.own, strict=True)
        return [(getattr(one, figure), getattr(other, figure)) for one, other in pairs]


def compared(rig: Rig, index: WordIndex, ef: int, workers: int) -> Compared:
    """Measure in turn, in random order, until it is decided whether p50 is the same."""
    own: list[Figures] = []
    theirs: list[Figures] = []

    def next_pair() -> Pair:
        for side in rig.rng.permutation(["own", "theirs"]):
            queries = _fresh(rig, index)
            if side == "own":
                own.append(_own(index, queries, ef, workers))
            else:
                theirs.append(_theirs(rig, index, queries, ef, workers))
        return theirs[-1].p50_s, own[-1].p50_s

    p50 = decide(next_pair, TOLERANCE, rig.rng)
    return Compared(workers, own, theirs, p50)


def assert_agrees(rig: Rig, compared: Compared) -> None:
    """Make sure that the learner's figures are those that the grader measures, neither greater nor smaller."""
    verdicts = [_verdict(rig, compared, name, figure) for name, figure in (("p50", "p50_s"), ("QPS", "answer_s"))]
    if verdicts[0] == "undecided":
        raise undecided(
            "too_noisy_to_compare",
            "the machine is too noisy to compare measurements: after {rounds} turns with {workers} workers your p50 is "
            "between {low} and {high} times the grader's. Close what keeps the machine busy and grade it again.",
            rounds=compared.p50.pairs,
            workers=compared.workers,
            low=f"{compared.p50.low:.2f}",
            high=f"{compared.p50.high:.2f}",
        )


def _verdict(rig: Rig, compared: Compared, name: str, figure: str) -> Decision:
    """Say whether a figure agrees, unless it clearly doesn't."""
    pairs = compared.pairs(figure)
    longer, shorter = (ratio(each, TOLERANCE, rig.rng) for each in (pairs, [(b, a) for a, b in pairs]))
    theirs, own = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert "beyond" not in (longer.verdict, shorter.verdict), because(
        "disagrees",
        "On the real server, with {workers} workers, closed_loop() and summarise() report a {name} of {theirs}, and "
        "the grader measures {own} in turn with it: yours is {ratio} times the grader's after {rounds} turns, and up "
        "to {tolerance} times, either way, is fine. What else does a worker do between two searches, or while its "
        "clock runs?",
        name=name,
        workers=compared.workers,
        own=f"{1 / own:.0f}" if name == "QPS" else f"{1e3 * own:.1f} ms",
        theirs=f"{1 / theirs:.0f}" if name == "QPS" else f"{1e3 * theirs:.1f} ms",
        ratio=f"{(shorter if name == 'QPS' else longer).estimate:.2f}",
        tolerance=f"{TOLERANCE:g}",
        rounds=longer.pairs,
    )
    return "undecided" if "undecided" in (longer.verdict, shorter.verdict) else "within"


def agreement_chart(every: Sequence[Compared], recall: float) -> Chart:
    """Draw both sides' figures by the number of workers."""

    def points(side: str) -> Iterator[tuple[float, float, str]]:
        for each in every:
            figures: list[Figures] = getattr(each, side)
            answer_s, p50_s = (statistics.median(getattr(f, name) for f in figures) for name in ("answer_s", "p50_s"))
            yield 1e3 * p50_s, 1 / answer_s, f"{each.workers} × recall {recall:.2f}"

    return Chart(
        N_("Your harness beside the grader's, on the real server"),
        x=N_("p50 in ms"),
        y=N_("answers per second"),
        series=(
            Series(N_("the grader's"), "reference", tuple(points("own"))),
            Series(N_("yours"), "yours", tuple(points("theirs"))),
        ),
    )


def _fresh(rig: Rig, index: WordIndex) -> Floats:
    chosen = rig.rng.choice(len(index.words.asked), WARM_UP + QUERIES, replace=False)
    return unseen(index.words.asked[chosen])


def _theirs(rig: Rig, index: WordIndex, queries: Floats, ef: int, workers: int) -> Figures:
    """Have the learner's code measure, and make sure that it did: by the grader's clock, and by what was found."""
    client = index.milvus.endpoint()
    began = time.monotonic()
    said = rig.submission.drive("closed_with", client, [index.name, K], {"ef": ef}, queries, workers, WARM_UP)
    took = time.monotonic() - began
    run = as_run(said, "closed_loop")
    assert 0 < run.seconds <= took, because(
        "longer_than_it_ran",
        "closed_loop() came back after {took} s and says that its run took {actual} s.",
        took=f"{took:.2f}",
        actual=f"{run.seconds:.2f}",
    )
    _assert_found(run, index, queries, ef)
    said = rig.submission.call("summarise", run.latencies_s, run.failed, run.seconds)
    figures = as_figures(said, "summarise")
    assert min(figures["qps"], figures["p50_ms"]) > 0, because(
        "nothing_measured",
        "closed_loop() and summarise() report {qps:g} QPS and a p50 of {p50:g} ms for searches on the real server.",
        qps=figures["qps"],
        p50=figures["p50_ms"],
    )
    return Figures(1 / figures["qps"], figures["p50_ms"] / 1e3)


def _assert_found(run: Run, index: WordIndex, queries: Floats, ef: int) -> None:
    truth = index.words.truth(queries[WARM_UP:])
    recall = truth.recall(run.found) if len(run.found) == QUERIES else recall_of([0.0])
    expected = index.recall(ef).mean
    assert recall.may_reach(expected - SLACK), because(
        "found_something_else",
        "closed_loop() measured searches whose recall should be about {expected}, and what it returns as found has "
        "{actual}.",
        expected=f"{expected:.2f}",
        actual=f"{recall.mean:.2f}",
    )


def _own(index: WordIndex, queries: Floats, ef: int, workers: int) -> Figures:
    """Measure the same load with the grader's client."""
    client, latencies = index.milvus.client, []

    def search(query: Floats) -> None:
        began = time.perf_counter()
        client.search(index.name, [query], limit=K, search_params={"params": {"ef": ef}}, retry_times=0)
        latencies.append(time.perf_counter() - began)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(search, queries[:WARM_UP]))
        latencies.clear()
        began = time.perf_counter()
        list(threads.map(search, queries[WARM_UP:]))
        seconds = time.perf_counter() - began
    return Figures(seconds / len(latencies), statistics.median(latencies))
