"""How a learner's files differ from the solution's, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.curriculum import ROOT, Exercise

LINES = 4_000
"""Files with more lines than this aren't compared: difflib's time grows with the square."""


@dataclass(frozen=True)
class Difference:
    """One of an exercise's files beside the solution's.

    Attributes:
        yours: path of the learner's file, from the repository's root.
        solution: path of the solution's.
        lines: a unified diff from the learner's to the solution's; empty where both say the same, None where the
            learner's file can't be read or is too long to compare.
    """

    yours: str
    solution: str
    lines: tuple[str, ...] | None


def differences(exercise: Exercise) -> Iterator[Difference]:
    """Compare each file of an exercise with the solution's."""
    for yours, solution in zip(exercise.paths("exercises"), exercise.paths("solutions"), strict=True):
        one, other = (path.relative_to(ROOT).as_posix() for path in (yours, solution))
        before, after = _lines(yours), _lines(solution)
        known = before is not None and after is not None
        lines = difflib.unified_diff(before or [], after or [], one, other, lineterm="")
        yield Difference(one, other, tuple(lines) if known else None)


def _lines(path: Path) -> list[str] | None:
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    except OSError:
        return None
    lines = None if text is None else text.split("\n")
    return None if lines is None or len(lines) > LINES else lines
