"""What a check holds to grade latency: the learner's code against the reference, in turn, on the same server.

    def is_as_fast(race: Race, index: Index) -> None:
        def questions() -> list[Sequence[object]]:
            return [(index.endpoint, index.name, index.new_query())]

        def right(argss: list[Sequence[object]], results: list[Any]) -> None:
            assert index.recall(argss, results) >= 0.9, because(…)

        raced = race.judge("search", questions, right, limit=1.3)

The clock is the grader's. Each side answers questions that nobody has seen before, and the answers are looked at, so
neither a cache nor a wrong answer is fast. The side that isn't timed is suspended with all that it has started, so that
nothing slows the other down. docs/measuring.md says what a hostile submission could still do.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.check import because, undecided
from grader.runner.errors import LearnerError
from grader.runner.standstill import Standstill
from grader.runner.submission import Submission
from grader.timing import Pair, Ratio, decide
from infra.messages import N_, Message

Calls = list[Sequence[object]]
"""The argument list of each call of a sample."""
Arguments = Callable[[], Calls]
Verify = Callable[[Calls, list[Any]], None]

SAMPLE_S = 0.024
"""Seconds that a sample should take the reference: in a short one, what it costs to send hides differences."""
WARM_UPS = 3
"""Rounds that don't count: clients connect, caches fill; the reference's fastest says how many calls make a sample."""
MOST_CALLS = 1_000
NO_FUNCTION = "-"
"""No function has this name: a call of it costs what all calls cost."""
LOUD = 0.35
"""Noise of a single pair, about twice that of the experiment, at which a fail has to show once more in fresh pairs."""
CLOSE = 0.05
"""An interval that reaches less than this share to either side is narrow: the limit is too near, not the noise high."""


class ReferenceFailed(Exception):
    """The reference raised, or what it answered isn't right; the learner's calls may have caused it, or nobody's."""


@dataclass(frozen=True)
class Raced:
    """How the learner's code did against the reference.

    Attributes:
        ratio: of the two durations, with its interval, the number of pairs and the noise.
        limit: the largest ratio that passes.
        p50_ms: milliseconds of the learner's call, the median over samples; a sample is the mean of its calls.
        reference_ms: likewise the reference's, here and now.
        calls: how many calls a sample had.
    """

    ratio: Ratio
    limit: float
    p50_ms: float
    reference_ms: float
    calls: int

    @property
    def limit_ms(self) -> float:
        """What the limit comes to here and now, in milliseconds."""
        return self.limit * self.reference_ms

    def message(self) -> Message:
        """Say it in one line."""
        text = N_("p50 {p50} ms, limit {limit_ms} ms ({limit} × the reference's {reference} ms here, {pairs} pairs)")
        return Message(text, self.fields())

    def fields(self) -> dict[str, Any]:
        """Return the numbers as sentences show them."""
        return {
            "p50": _ms(self.p50_ms),
            "limit_ms": _ms(self.limit_ms),
            "limit": f"{self.limit:g}",
            "reference": _ms(self.reference_ms),
            "pairs": self.ratio.pairs,
            "ratio": f"{self.ratio.estimate:.2f}",
            "low": f"{self.ratio.low:.2f}",
            "high": f"{self.ratio.high:.2f}",
            "noise": f"{self.ratio.noise:.0%}",
        }


@dataclass(frozen=True)
class Timed:
    """One pair of samples.

    Attributes:
        seconds: the learner's and the reference's, for all calls of a sample.
        channel_s: what it takes to ask the reference's process for as many calls, and to be told of no such function.
        calls: how many calls each sample had.
        learner_first: in which order they ran.
    """

    seconds: Pair
    channel_s: float
    calls: int
    learner_first: bool


class Race:
    """The learner's code and the reference in equal processes, timed in turn."""

    def __init__(self, submission: Submission, reference: Submission, rng: np.random.Generator) -> None:
        self._learner = _Side(submission, Standstill(submission, beside=reference))
        self._reference = _Side(reference, Standstill(reference))
        self._rng = rng

    def judge(
        self,
        function: str,
        arguments: Arguments,
        verify: Verify,
        *,
        limit: float = 1.3,
        calls_per_sample: int | None = None,
    ) -> Raced:
        """Fail unless a function of the learner takes at most `limit` times as long as the reference's.

        Args:
            function: its name, the same in both.
            arguments: draws the argument lists of one call or a few, always as many and never the same ones again. It
                is asked, before each sample of either side, until that has enough calls.
            verify: looks at a sample's argument lists and results, outside the clock, and asserts what has to be true.
            limit: the largest ratio that passes.
            calls_per_sample: how many calls a sample has at least; by default what takes the reference 24 ms.

        Returns:
            How it went, for the check to show.

        Raises:
            AssertionError: `too_slow`, or what `verify` found wrong with the learner's answers.
            LearnerError: one of the learner's calls ended with it.
            NotGraded: undecided, `too_close` to the limit or `too_noisy`.
            ReferenceFailed: one of the reference's calls raised, or `verify` found its answers wrong.
        """
        timed: list[Timed] = []

        def next_pair() -> Pair:
            timed.append(self.pair(function, draw(), draw(), verify))
            return _without_channel(timed)[-1]

        with self._standing_still():
            draw = self._draws(function, arguments, verify, calls_per_sample)
            ratio = decide(next_pair, limit, self._rng)
            if ratio.verdict == "beyond" and ratio.noise > LOUD:
                timed.clear()
                ratio = decide(next_pair, limit, self._rng)
        calls = timed[-1].calls
        own, others = zip(*_without_channel(timed), strict=True)
        p50_ms, reference_ms = (statistics.median(seconds) / calls * 1e3 for seconds in (own, others))
        raced = Raced(ratio, limit, p50_ms, reference_ms, calls)
        if ratio.verdict != "within":
            raise _refused(function, raced)
        return raced

    def pair(self, function: str, learner: Calls, reference: Calls, verify: Verify) -> Timed:
        """Time one sample of either side, in random order, and look at the answers; raises as `judge` does."""
        if len(learner) != len(reference):
            raise ValueError(f"arguments() drew {len(learner)} calls, then {len(reference)}: it must draw as many")
        learner_first = bool(self._rng.integers(2))
        if learner_first:
            learner_s = self._learner.sample(function, learner, verify)
        with _reference_is_trusted():
            reference_s = self._reference.sample(function, reference, verify)
            channel_s = self._reference.sample(NO_FUNCTION, reference)
        if not learner_first:
            learner_s = self._learner.sample(function, learner, verify)
        return Timed((learner_s, reference_s), channel_s, len(learner), learner_first)

    def _draws(self, function: str, arguments: Arguments, verify: Verify, calls: int | None) -> Arguments:
        """Warm both sides up, and return what draws the calls of a whole sample."""
        warm = [self.pair(function, arguments(), arguments(), verify) for _ in range(WARM_UPS)]
        at_once = warm[0].calls
        if calls is None:
            calls = math.ceil(SAMPLE_S / min(timed.seconds[1] for timed in warm) * at_once)
        draws = math.ceil(min(calls, MOST_CALLS) / at_once)
        return lambda: [call for _ in range(draws) for call in arguments()]

    @contextlib.contextmanager
    def _standing_still(self) -> Iterator[None]:
        """Leave both sides suspended whenever they aren't timed, until the end of the block."""
        try:
            with _reference_is_trusted():
                self._reference.standstill.begin()
            self._learner.standstill.begin()
            yield
        finally:
            self._learner.standstill.end()
            self._reference.standstill.end()


class _Side:
    """One of the two, which runs only while it is timed."""

    def __init__(self, submission: Submission, standstill: Standstill) -> None:
        self._submission = submission
        self.standstill = standstill

    def sample(self, function: str, argss: Calls, verify: Verify | None = None) -> float:
        """Return the seconds that some calls took, once their answers, if anybody wants them, are found to be right."""
        self.standstill.end()
        try:
            began = time.perf_counter()
            results = self._submission.map(function, argss)
            took = time.perf_counter() - began
        finally:
            self.standstill.begin()
        if verify is not None:
            for result in results:
                if isinstance(result, LearnerError):
                    raise result
            verify(argss, results)
        return took


def _without_channel(timed: Sequence[Timed]) -> list[Pair]:
    """Return the seconds of each pair less what the channel takes, as the median over all pairs."""
    channel_s = statistics.median(pair.channel_s for pair in timed)
    return [(_less(pair.seconds[0], channel_s), _less(pair.seconds[1], channel_s)) for pair in timed]


def _less(seconds: float, channel_s: float) -> float:
    """Subtract, but leave something of a sample that was faster than the channel usually is."""
    return max(seconds - channel_s, seconds / 10)


@contextlib.contextmanager
def _reference_is_trusted() -> Iterator[None]:
    """Turn what would blame the learner into what doesn't."""
    try:
        yield
    except (LearnerError, AssertionError) as error:
        raise ReferenceFailed(f"the reference didn't get through: {type(error).__name__}: {error}") from error


def _refused(function: str, raced: Raced) -> Exception:
    """Say why a race wasn't won."""
    ratio, fields = raced.ratio, {"function": function, **raced.fields()}
    if ratio.verdict == "beyond":
        return AssertionError(
            because(
                "too_slow",
                "{function}() answers right but slowly: p50 {p50} ms, limit {limit_ms} ms ({limit} × the reference's "
                "{reference} ms here, {pairs} pairs). It takes {ratio} × as long, between {low} and {high}. Look for "
                "what each call does again: a second search, a new client, another load. Then for what it asks for "
                "without need: a larger ef or nprobe than the recall takes, fields that nobody reads, Strong "
                "consistency.",
                **fields,
            )
        )
    if math.sqrt(ratio.high / ratio.low) < 1 + CLOSE:
        return undecided(
            "too_close",
            "{function}() takes {ratio} × as long as the reference, between {low} and {high} after {pairs} pairs: too "
            "close to the limit of {limit} × to call it either way (p50 {p50} ms, limit {limit_ms} ms).",
            **fields,
        )
    return undecided(
        "too_noisy",
        "the machine is too noisy to time {function}(): after {pairs} pairs it takes between {low} and {high} × as "
        "long as the reference, and the limit is {limit} ×. The ratio of a single pair is off by {noise}. Close what "
        "keeps the machine busy and grade it again.",
        **fields,
    )


def _ms(milliseconds: float) -> str:
    """Show what people compare: 0.43, 9.4, 215."""
    digits = 0 if milliseconds >= 100 else 1 if milliseconds >= 1 else 2
    return f"{milliseconds:.{digits}f}"
