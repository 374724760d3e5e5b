"""What the waits between attempts must look like, told so that it helps."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence

from fixtures.proxy import Call
from grader.check import because

LATE_S = 0.1
"""How much later than it should an attempt may come: sleeping is never exact, and the machine has other work."""
SPREAD_S = 0.025
"""What the middle half of many waits of 0.3 to 0.6 s must spread over. Of 24 evenly random ones it spreads over less
in one of a million runs; without jitter it was below 0.01 s on two busy cores."""


def gaps(calls: Iterable[Call]) -> list[float]:
    """Return the seconds between each call's end and the next one's arrival."""
    return [later.arrived - earlier.finished for earlier, later in itertools.pairwise(calls)]


def assert_backoff(waited: Sequence[float], first_s: float, longest_s: float) -> None:
    """Hold waits against the brief: `first_s`, doubled each time up to `longest_s`, shortened by half at most.

    Args:
        waited: seconds before the second attempt, before the third …
        first_s: longest wait before the second attempt.
        longest_s: longest wait at all.
    """
    shown = ", ".join(f"{wait:.2f}" for wait in waited)
    assert max(waited[2:]) > first_s + LATE_S / 2, because(
        "constant_gaps",
        "With first_wait_s={first:g} and longest_wait_s={longest:g} your code waited {shown} s. The wait should double "
        "after each failure, and these don't grow: a server that is overloaded needs less of you each time.",
        first=first_s,
        longest=longest_s,
        shown=shown,
    )
    for number, wait in enumerate(waited):
        most = min(first_s * 2**number, longest_s)
        # A sleep never ends early, but clocks tick in steps.
        assert wait >= most / 2 - 0.002, because(
            "too_short",
            "Before attempt {attempt} your code waited {wait:.3f} s, and it should be {least:g} to {most:g} s "
            "(waits so far: {shown}).",
            attempt=number + 2,
            wait=wait,
            least=most / 2,
            most=most,
            shown=shown,
        )
        assert wait <= most + LATE_S, because(
            "unbounded_gaps" if number > 2 else "too_long",
            "Before attempt {attempt} your code waited {wait:.2f} s, and it should be at most {most:g} s, with "
            "longest_wait_s={longest:g} (waits: {shown}).",
            attempt=number + 2,
            wait=wait,
            most=most,
            longest=longest_s,
            shown=shown,
        )


def assert_jitter(waited: Sequence[float]) -> None:
    """Make sure that those who failed together don't come back together."""
    lower, _, upper = statistics.quantiles(waited, n=4)
    assert upper - lower > SPREAD_S, because(
        "no_jitter",
        "{clients} operations failed at the same moment, and half of them came back within {spread:.0f} ms of one "
        "another, after {wait:.2f} s. With many clients that is the next overload: shorten each wait by a random part "
        "of up to one half.",
        clients=len(waited),
        spread=1000 * (upper - lower),
        wait=statistics.median(waited),
    )
