"""What a loop of the learner reports, read with care: its word, in the form that the brief asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.check import because, returned, shortened

FIELDS = ("latencies_s", "failed", "seconds", "found")


@dataclass(frozen=True)
class Run:
    """A run as the learner's code tells it.

    Attributes:
        latencies_s: of the queries that were answered, ascending.
        failed: how many weren't.
        seconds: how long it took.
        found: ids for each query.
    """

    latencies_s: list[float]
    failed: int
    seconds: float
    found: list[list[int]]


def as_run(said: Any, function: str) -> Run:
    """Return what a loop returned, if it is a Run."""
    fields = said if isinstance(said, dict) else {}
    missing = [name for name in FIELDS if name not in fields]
    assert not missing, because(
        "no_run",
        "{function}() should return a Run, and it returned {actual}. Missing: {missing}.",
        function=function,
        actual=shortened(said),
        missing=", ".join(missing),
    )
    latencies = returned(_listed(fields["latencies_s"]), list[float | int], function)
    seconds = float(returned(fields["seconds"], float | int, function))
    assert all(map(math.isfinite, [*latencies, seconds])), because(
        "not_a_number",
        "{function}() returned a latency or a duration that isn't a finite number. Latencies are those of queries that "
        "were answered; a failure has none.",
        function=function,
    )
    found = [_listed(ids) for ids in returned(_listed(fields["found"]), list[Any], function)]
    return Run(
        sorted(float(each) for each in latencies),
        returned(fields["failed"], int, function),
        seconds,
        returned(found, list[list[int]], function),
    )


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def ms(seconds: float) -> str:
    """Show a latency."""
    milliseconds = 1e3 * seconds
    return f"{milliseconds:.0f}" if abs(milliseconds) >= 10 else f"{milliseconds:.1f}"
