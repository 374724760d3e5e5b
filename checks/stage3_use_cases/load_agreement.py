"""What the last check of 3.4 asks: on the real server, without a proxy, the figures are those that the grader measures.

Both measure the same kind of load in turn, for a fraction of a second each, on queries that nobody has sent before.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checks.stage2_core_features.word_index import K, WordIndex, unseen
from checks.stage3_use_cases.load_rig import Rig
from checks.stage3_use_cases.load_runs import Run, as_run
from fixtures.recall import recall_of
from grader.check import because, undecided
from grader.measured import Chart, Series
from infra.messages import N_

Floats = npt.NDArray[np.floating[np.generic]]

QUERIES, WARM_UP = 60, 8
ROUNDS = 7
TOLERANCE = 1.5
"""How many times the grader's figures the learner's may be, either way, as the median of ROUNDS rounds."""
SLACK = 0.05
"""By how much the recall of what was found may fall short."""


@dataclass(frozen=True)
class Figures:
    """What one side has measured in one round.

    Attributes:
        qps: answers a second.
        p50_ms: the middle latency.
    """

    qps: float
    p50_ms: float


@dataclass(frozen=True)
class Compared:
    """Both sides with one number of workers, round by round."""

    workers: int
    own: list[Figures]
    theirs: list[Figures]

    def ratio(self, figure: str) -> float:
        """Return how many times the grader's figure the learner's is: the median over the rounds."""
        pairs = zip(self.theirs, self.own, strict=True)
        return statistics.median(getattr(one, figure) / getattr(other, figure) for one, other in pairs)

    def noise(self, figure: str) -> float:
        """Return how many times the grader's smallest figure of this load its greatest one is."""
        figures = [getattr(each, figure) for each in self.own]
        return float(max(figures) / min(figures))


def compared(rig: Rig, index: WordIndex, ef: int, workers: int) -> Compared:
    """Measure in turn, in an order that changes."""
    own: list[Figures] = []
    theirs: list[Figures] = []
    for order in range(ROUNDS):
        for side in ("own", "theirs")[:: 1 if order % 2 else -1]:
            queries = _fresh(rig, index)
            if side == "own":
                own.append(_own(index, queries, ef, workers))
            else:
                theirs.append(_theirs(rig, index, queries, ef, workers))
    return Compared(workers, own, theirs)


def assert_agrees(compared: Compared) -> None:
    """Make sure that the learner's figures are those that the grader measures."""
    for figure, name in (("p50_ms", "p50"), ("qps", "QPS")):
        ratio, noise = compared.ratio(figure), compared.noise(figure)
        if 1 / TOLERANCE <= ratio <= TOLERANCE:
            continue
        fields = {
            "name": name,
            "workers": compared.workers,
            "own": f"{statistics.median(getattr(each, figure) for each in compared.own):.1f}",
            "theirs": f"{statistics.median(getattr(each, figure) for each in compared.theirs):.1f}",
            "ratio": f"{ratio:.2f}",
            "noise": f"{noise:.1f}",
            "tolerance": f"{TOLERANCE:g}",
            "rounds": ROUNDS,
        }
        if noise > max(ratio, 1 / ratio):
            raise undecided(
                "too_noisy_to_compare",
                "the machine is too noisy to compare measurements: the grader's own {name} with {workers} workers "
                "differs by a factor of {noise} from round to round. Close what keeps the machine busy and grade it "
                "again.",
                **fields,
            )
        raise AssertionError(
            because(
                "disagrees",
                "On the real server, with {workers} workers, closed_loop() and summarise() report a {name} of "
                "{theirs}, and the grader measures {own} in turn with it ({ratio} times, the median of {rounds} "
                "rounds; up to {tolerance} is fine). What else does a worker do between two searches, or "
                "while its clock runs?",
                **fields,
            )
        )


def agreement_chart(every: Sequence[Compared], recall: float) -> Chart:
    """Draw both sides' figures by the number of workers."""

    def points(side: str) -> Iterator[tuple[float, float, str]]:
        for each in every:
            figures: list[Figures] = getattr(each, side)
            qps, p50 = (statistics.median(getattr(f, name) for f in figures) for name in ("qps", "p50_ms"))
            yield p50, qps, f"{each.workers} × recall {recall:.2f}"

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
    figures = rig.submission.call("summarise", run.latencies_s, run.failed, run.seconds)
    return Figures(float(figures["qps"]), float(figures["p50_ms"]))


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
    return Figures(QUERIES / seconds, 1e3 * statistics.median(latencies))
