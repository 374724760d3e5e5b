"""What each learner of a class has earned, exercise by exercise.

Points that weren't graded are neither earned nor taken: a share is one of the points that were graded. Whoever handed
in nothing, or something that can't be opened safely, has earned nothing; where the kit or the machine failed there is
no mark at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.classroom.outcome import Class, Outcome
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
    return tuple(_of(outcome, points) for outcome in class_.outcomes)


def exercise_points(class_: Class) -> dict[str, float]:
    """Return what each exercise of a class is worth: as it was graded, or as the curriculum says where it never was."""
    known = {exercise.id: exercise.points for exercise in exercises()}
    graded = {row["id"]: float(row["points"]) for outcome in class_.outcomes for row in rows(outcome)}
    return {id_: graded.get(id_, known.get(id_, 0.0)) for id_ in class_.info.exercises}


def rows(outcome: Outcome) -> tuple[Mapping[str, Any], ...]:
    """Return what was found of each exercise, as `results.schema.json` describes it; nothing where nothing was run."""
    if outcome.status != "graded" or outcome.results is None:
        return ()
    return tuple(outcome.results["exercises"])


def _of(outcome: Outcome, points: Mapping[str, float]) -> Marks:
    if outcome.status == "not_graded":
        return Marks(dict.fromkeys(points), None)
    found = {row["id"]: Mark(row["earned"], row["points"], row["not_graded"]) for row in rows(outcome)}
    by_exercise = {id_: found.get(id_, Mark(0.0, worth)) for id_, worth in points.items()}
    return Marks(by_exercise, _sum(by_exercise.values()))


def _sum(marks: Iterable[Mark]) -> Mark:
    every = list(marks)
    return Mark(sum(m.earned for m in every), sum(m.points for m in every), sum(m.not_graded for m in every))
