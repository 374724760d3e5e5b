"""Grades one submission of a class again, with the seed that it had, and compares check by check."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.classroom.grading import taken_in
from grader.classroom.lane import Lane
from grader.classroom.outcome import Outcome
from grader.classroom.stored import read_outcome
from grader.classroom.work import Conditions, Task
from grader.curriculum import find
from grader.errors import WrongOption
from infra.messages import N_, Message


@dataclass(frozen=True)
class Difference:
    """A check, or another thing that is compared, which isn't as it was."""

    name: str
    before: str
    now: str


@dataclass(frozen=True)
class Reproduced:
    """What came of grading a submission again.

    Attributes:
        outcome: of now.
        verdicts: the checks whose status or reason isn't the same.
        conditions: what else isn't the same, such as the version of Milvus.
    """

    outcome: Outcome
    verdicts: tuple[Difference, ...]
    conditions: tuple[Difference, ...]


def reproduce(kept: Path, submission: Path, isolation: str) -> Reproduced:
    """Grade a submission as an outcome says that it was graded.

    Args:
        kept: an `outcome.json`.
        submission: what was handed in.
        isolation: what learner code runs in.

    Raises:
        WrongOption: there is no such outcome, or it has no results.
    """
    before = read_outcome(kept)
    if before is None or before.status != "graded" or before.results is None:
        raise WrongOption(
            Message(N_("{path} isn't the outcome of a submission that was graded."), {"path": kept}),
            Message(N_("Name OUT/submissions/NAME/outcome.json, as autograde writes it.")),
        )
    rows: list[dict[str, Any]] = before.results["exercises"]
    exercises = tuple(find(row["id"]) for row in rows)
    conditions = Conditions(
        tuple(exercise.id for exercise in exercises),
        {row["id"]: row["backend"] for row in rows},
        isolation,
        crowded=False,
    )
    with tempfile.TemporaryDirectory() as scratch:
        draft, taken = taken_in(before.learner, submission, before.seed, exercises, Path(scratch))
        if taken is None or not taken.files:
            return Reproduced(draft, (Difference("status", before.status, draft.status),), ())
        lane = Lane(conditions)
        try:
            now = lane.grade(Task("again", draft, Path(scratch), Path(scratch) / "outcome.json"))
        finally:
            lane.close()
    if now.results is None:
        return Reproduced(now, (Difference("status", before.status, now.status),), ())
    verdicts = _differences(_verdicts(before.results), _verdicts(now.results))
    kept_as = (_conditions(before.results), _conditions(now.results))
    return Reproduced(replace(now, key=before.key), verdicts, _differences(*kept_as))


def _verdicts(results: Any) -> dict[str, str]:
    checks = [check for row in results["exercises"] for check in row["checks"]]
    return {check["id"]: " ".join(filter(None, (check["status"], check["reason"]))) for check in checks}


def _conditions(results: Any) -> dict[str, str]:
    shared = {name: str(results[name]) for name in ("python", "seed")}
    return shared | {f"Milvus of {row['id']}": row["milvus"] for row in results["exercises"]}


def _differences(before: dict[str, str], now: dict[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, before.get(name, ""), now.get(name, ""))
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    )
