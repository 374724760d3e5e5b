"""The reference solutions: every clone of the kit has them, and a repository that was made for a class doesn't."""

from __future__ import annotations

from grader.curriculum import ROOT
from grader.errors import NoSolutions
from infra.messages import N_, Message

NOT_ASKED = N_(
    "This repository has no solutions, so what is timed against them isn't graded here, and no failure was held "
    "against them. Your teacher's class run does both."
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
        raise NoSolutions(Message(N_("This repository has no solutions: it was made for a class. Ask your teacher.")))
