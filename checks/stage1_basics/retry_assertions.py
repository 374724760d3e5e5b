"""What the waits between attempts must look like, told so that it helps."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence

from fixtures.proxy import Call
from grader.check import because

LATE_S = 0.1
"""How much later than it should an attempt may come: sleeping is never exact, and the machine has other work."""
SPREAD_S = 0.02
"""What the middle half of the waits must spread over, where they could be 0.25 to 0.5 s. Of 24 evenly random ones it
spreads over less in one of a million runs."""


def gaps(calls: Iterable[Call]) -> list[float]:
    """Return the seconds between each call's end and the next one's arrival."""
    return [later.arrived - earlier.finished for earlier, later in itertools.pairwise(calls)]


def assert_attempts(made: float, attempts: int) -> None:
    """Make sure that an operation that always fails is tried as often as it may be."""
    assert made == attempts, because(
        "wrong_number_of_attempts",
        "with_retry() was told attempts={attempts}, and the proxy saw {made:g}. The first call is an attempt too.",
        attempts=attempts,
        made=made,
    )


def assert_grows(waited: Sequence[float], first_s: float, longest_s: float) -> None:
    """Make sure that waits double: none is shorter than half of what the brief says.

    Args:
        waited: seconds before the second attempt, before the third …
        first_s: longest wait before the second attempt.
        longest_s: longest wait at all.
    """
    shown = ", ".join(f"{wait:.2f}" for wait in waited)
    assert statistics.median(waited[2:]) > 2.5 * first_s, because(
        "constant_gaps",
        "With first_wait_s={first:g} and longest_wait_s={longest:g} your code waited {shown} s. The wait should double "
        "after each failure, and these don't grow: a server that is overloaded needs less of you each time.",
        first=first_s,
        longest=longest_s,
        shown=shown,
    )
    for number, (wait, most) in enumerate(zip(waited, _most(len(waited), first_s, longest_s), strict=True)):
        # A sleep never ends early, but clocks tick in steps.
        assert wait >= most / 2 - 0.002, because(
            "too_short",
            "Before attempt {attempt} your code waited {wait:.3f} s, and it should be {least:g} to {most:g} s. "
            "All its waits: {shown} s.",
            attempt=number + 2,
            wait=wait,
            least=most / 2,
            most=most,
            shown=shown,
        )


def assert_bounded(waited: Sequence[float], first_s: float, longest_s: float) -> None:
    """Make sure that no wait is longer than the brief says.

    Args:
        waited: as in `assert_grows`, but each the shortest of several runs: what the machine adds isn't the code's.
        first_s: longest wait before the second attempt.
        longest_s: longest wait at all.
    """
    for number, (wait, most) in enumerate(zip(waited, _most(len(waited), first_s, longest_s), strict=True)):
        assert wait <= most + LATE_S, because(
            "unbounded_gaps" if most == longest_s else "too_long",
            "Before attempt {attempt} your code waited {wait:.2f} s, and it should be at most {most:g} s, with "
            "first_wait_s={first:g} and longest_wait_s={longest:g}. All its waits: {shown} s.",
            attempt=number + 2,
            wait=wait,
            most=most,
            first=first_s,
            longest=longest_s,
            shown=", ".join(f"{each:.2f}" for each in waited),
        )


def _most(number: int, first_s: float, longest_s: float) -> list[float]:
    return [min(first_s * 2**attempt, longest_s) for attempt in range(number)]


def came_late(waited: Sequence[float], longest_s: float) -> bool:
    """Say whether nobody waited clearly less than the longest wait.

    That is so without jitter, and after a pause of the whole process on a busy machine: then all of them come back at
    its end. Of 24 evenly random waits all are so long in one of millions of runs.
    """
    return min(waited) > 0.75 * longest_s


def assert_jitter(waited: Sequence[float], longest_s: float) -> None:
    """Make sure that those who failed together don't come back together.

    Args:
        waited: the wait of each, in seconds.
        longest_s: the wait that each was to shorten at random.
    """
    lower, _, upper = statistics.quantiles(waited, n=4)
    # A busy machine spreads waits too, but only to the late side: without jitter none is shorter than it should be.
    spread = 0.0 if min(waited) > 0.95 * longest_s else upper - lower
    assert spread > SPREAD_S, because(
        "no_jitter",
        "{clients} operations failed at the same moment, and all came back after the same wait of {wait:.2f} s. With "
        "many clients that is the next overload: shorten each wait by a random part of up to one half.",
        clients=len(waited),
        wait=statistics.median(waited),
    )
