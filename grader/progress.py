"""Remembers, by exercise id, what has passed in this clone, and on which Milvus."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.curriculum import Exercise, exercises
from grader.storage import DOJO, read_json, set_aside, write_json

if TYPE_CHECKING:
    from grader.session import Run

FILE = DOJO / "progress.json"


@dataclass(frozen=True)
class Standing:
    """Where an exercise stands, as far as the file says it.

    Attributes:
        earned: points of the last run.
        not_graded: points that it neither gave nor took.
        at: when that was, in ISO 8601; empty where nothing was graded yet.
        passed_on: the backend of the first pass; empty before one.
        passed_version: what that server called itself.
        passed_at: when that was.
    """

    earned: float = 0.0
    not_graded: float = 0.0
    at: str = ""
    passed_on: str = ""
    passed_version: str = ""
    passed_at: str = ""

    @property
    def passed(self) -> bool:
        """Whether it has passed, once and for ever."""
        return bool(self.passed_at)


def record(run: Run) -> None:
    """Keep where each graded exercise stands now, and what was found of it.

    A first pass is kept for ever, with its backend and version.
    """
    from grader.results import earned, keep, points_not_graded

    progress = _rows()
    if not _is_ours(progress, run):
        set_aside(FILE)
        progress = {}
    for exercise in run.exercises:
        verdicts = run.of(exercise)
        row = progress.setdefault(exercise.id, {})
        backend, version = run.graded_on(exercise)
        row |= {
            "earned": earned(verdicts),
            "points": exercise.points,
            "not_graded": points_not_graded(verdicts),
            "backend": backend,
            "milvus": version,
            "at": run.began.isoformat(timespec="seconds"),
        }
        if passed(run, exercise.id) and "passed" not in row:
            row["passed"] = {"backend": backend, "milvus": version, "at": row["at"]}
    write_json(FILE, progress)
    keep(run)


def passed(run: Run, exercise_id: str) -> bool:
    """Say whether something of an exercise passed, and nothing failed or broke."""
    own = replace(run, verdicts=tuple(v for v in run.verdicts if v.check.exercise == exercise_id))
    return own.exit_code(strict=False) == 0


def standing(exercise: Exercise) -> Standing:
    """Return where an exercise stands; what can't be read, as after a crash of the disk, counts as not graded yet."""
    rows = _rows()
    row = rows.get(exercise.id) if isinstance(rows, dict) else None
    if not isinstance(row, dict):
        return Standing()
    passed = row.get("passed")
    passed = passed if isinstance(passed, dict) else {}
    return Standing(
        _number(row.get("earned")),
        _number(row.get("not_graded")),
        str(row.get("at", "")),
        str(passed.get("backend", "")),
        str(passed.get("milvus", "")),
        str(passed.get("at", "")),
    )


def last_graded() -> Exercise | None:
    """Return the exercise that was graded last, or None where nothing was graded yet."""
    graded = [(standing(exercise).at, exercise) for exercise in exercises()]
    return max(((at, e) for at, e in graded if at), key=lambda pair: pair[0], default=(None, None))[1]


def next_open(after: Exercise | None, among: tuple[Exercise, ...]) -> Exercise | None:
    """Return the first exercise that hasn't passed, looking behind `after` first; None where all have."""
    start = among.index(after) + 1 if after in among else 0
    return next((e for e in (*among[start:], *among[:start]) if not standing(e).passed), None)


def upcoming() -> Exercise | None:
    """Return what to do next: what was graded last until it passes, then what is open behind it; None after all."""
    last = last_graded()
    return last if last is not None and not standing(last).passed else next_open(last, exercises())


def is_readable() -> bool:
    """Say whether the file makes sense, or isn't there yet."""
    return isinstance(_rows(), dict)


def _rows() -> Any:
    """Return what the file holds; None where it is there and isn't JSON."""
    return read_json(FILE, None if FILE.exists() else {})


def _is_ours(progress: Any, run: Run) -> bool:
    """Say whether the rows of a run can be added to what is there; what is unknown beside them stays."""
    return isinstance(progress, dict) and all(isinstance(progress.get(e.id, {}), dict) for e in run.exercises)


def _number(value: object) -> float:
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else 0.0
    return 0.0
