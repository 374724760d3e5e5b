"""The reference solutions: every clone of the kit has them, and a repository that was made for a class doesn't."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from grader.curriculum import ROOT
from grader.errors import NoSolutions
from infra.messages import N_, Message

if TYPE_CHECKING:
    from grader.verdict import Verdict

MISSING = "no_reference"
"""The reason of a check that wasn't run since there is no reference to time against."""
NOT_ASKED = N_(
    "This repository has no solutions, so what is timed against them isn't graded here, and no failure was held "
    "against them. Your teacher's class run does both."
)


def were_missed(verdicts: Iterable[Verdict]) -> bool:
    """Say whether any of some verdicts would have asked the reference, had there been one."""
    return not are_here() and any(
        verdict.outcome.reason is not None
        and (verdict.outcome.reason.id == MISSING or (verdict.status == "fail" and not verdict.outcome.own))
        for verdict in verdicts
        if not verdict.blocked_by
    )


def are_here() -> bool:
    """Say whether this repository has solutions."""
    return (ROOT / "solutions").is_dir()


def require() -> None:
    """Go on only where there are solutions.

    Raises:
        NoSolutions: there are none.
    """
    if not are_here():
        raise NoSolutions(
            Message(N_("This repository has no solutions: it was made for a class, and your teacher has them."))
        )
