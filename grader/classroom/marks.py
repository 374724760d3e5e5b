"""What each learner of a class has earned, exercise by exercise.

Points that weren't graded are neither earned nor taken: a share is one of the points that were graded. Whoever handed
in nothing, or something that can't be opened safely, has earned nothing; where the kit or the machine failed there is
no mark at all.

A class may give other points than the kit. What everything shows comes from `rows`, which is where they are put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.classroom.outcome import Class, ClassInfo, Outcome
from grader.curriculum import exercises

ROUNDING = 1e-6
"""Points that sums of fractions may be off."""


@dataclass(frozen=True)
class Mark:
    """Points of one exercise, or of all.

    Attributes:
        earned: points of the checks that passed.
        points: what could be earned.
        not_graded: points of the checks that couldn't be graded.
    """

    earned: float
    points: float
    not_graded: float = 0.0

    @property
    def graded(self) -> float:
        """The points that could be earned or lost."""
        return max(self.points - self.not_graded, 0.0)

    @property
    def share(self) -> float | None:
        """What was earned of the points that were graded, 0 to 1; None where none were."""
        if self.graded <= ROUNDING:
            return None
        return 1.0 if self.earned >= self.graded - ROUNDING else max(self.earned / self.graded, 0.0)


@dataclass(frozen=True)
class Marks:
    """The marks of one learner.

    Attributes:
        by_exercise: in the class's order; None each where there is no mark.
        total: over all exercises; None where there is no mark.
    """

    by_exercise: Mapping[str, Mark | None]
    total: Mark | None


def marks(class_: Class) -> tuple[Marks, ...]:
    """Return the marks of every outcome, in the class's order."""
    points = exercise_points(class_)
    return tuple(_of(outcome, points, class_.info) for outcome in class_.outcomes)


def exercise_points(class_: Class) -> dict[str, float]:
    """Return what each exercise of a class is worth: as the class, else its results, else the curriculum says."""
    known = {exercise.id: exercise.points for exercise in exercises()}
    graded = {row["id"]: float(row["points"]) for outcome in class_.outcomes for row in rows(outcome)}
    every = known | graded | dict(class_.info.points)
    return {id_: every.get(id_, 0.0) for id_ in class_.info.exercises}


def rows(outcome: Outcome, points: Mapping[str, float] = {}) -> tuple[Mapping[str, Any], ...]:
    """Return what was found of each exercise, as `results.schema.json` describes it; nothing where nothing was run.

    Args:
        outcome: what came of a submission.
        points: the class's own, by exercise id; the kit's where there are none.
    """
    if outcome.status != "graded" or outcome.results is None:
        return ()
    return tuple(_worth(row, points.get(row["id"])) for row in outcome.results["exercises"])


def _worth(row: Mapping[str, Any], points: float | None) -> Mapping[str, Any]:
    """Return what was found of an exercise with all its points in proportion to what the whole is worth."""
    if points is None or not row["points"]:
        return row
    factor = points / row["points"]
    checks = [{**check, "points": check["points"] * factor} for check in row["checks"]]
    sums = {name: row[name] * factor for name in ("earned", "not_graded")}
    return {**row, "points": points, **sums, "checks": checks}


def _of(outcome: Outcome, points: Mapping[str, float], info: ClassInfo) -> Marks:
    if outcome.status == "not_graded":
        return Marks(dict.fromkeys(points), None)
    found = {row["id"]: Mark(row["earned"], row["points"], row["not_graded"]) for row in rows(outcome, info.points)}
    by_exercise = {id_: found.get(id_, Mark(0.0, worth)) for id_, worth in points.items()}
    return Marks(by_exercise, _sum(by_exercise.values()))


def _sum(marks: Iterable[Mark]) -> Mark:
    every = list(marks)
    return Mark(sum(m.earned for m in every), sum(m.points for m in every), sum(m.not_graded for m in every))
