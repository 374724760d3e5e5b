"""Remembers, by exercise id, what has passed in this clone, and on which Milvus."""

from __future__ import annotations

from typing import Any

from grader.results import earned, points_not_graded
from grader.session import Run
from grader.storage import DOJO, read_json, write_json

FILE = DOJO / "progress.json"


def record(run: Run) -> None:
    """Keep where each graded exercise stands now; a first pass is kept for ever, with its backend and version."""
    progress: dict[str, Any] = read_json(FILE, {})
    for exercise in run.exercises:
        verdicts = run.of(exercise)
        row = progress.setdefault(exercise.id, {})
        row |= {
            "earned": earned(verdicts),
            "points": exercise.points,
            "not_graded": points_not_graded(verdicts),
            "backend": run.backend,
            "milvus": run.version,
            "at": run.began.isoformat(timespec="seconds"),
        }
        if passed(run, exercise.id) and "passed" not in row:
            row["passed"] = {"backend": run.backend, "milvus": run.version, "at": row["at"]}
    write_json(FILE, progress)


def passed(run: Run, exercise_id: str) -> bool:
    """Say whether nothing of an exercise failed and something passed."""
    statuses = [verdict.status for verdict in run.verdicts if verdict.check.exercise == exercise_id]
    return "pass" in statuses and "fail" not in statuses
