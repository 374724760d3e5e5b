"""Writes what a run found: `reports/results.json` for programs, `reports/junit.xml` for CI.

The parent writes them, after the last verdict; those of an earlier run are gone from the moment a new one begins. What
was found last of each exercise is kept in `.dojo/results/`, in the same format, and makes up the page.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import measured
from grader.curriculum import Exercise
from grader.junit import case, xml
from grader.sentences import as_json
from grader.session import Run
from grader.storage import DOJO, REPORTS, remove, write_json, write_text
from grader.verdict import Verdict

SCHEMA = Path(__file__).parent / "results.schema.json"
FORMAT = "milvus-dojo/results/v1"
KEPT = DOJO / "results"


def withdraw() -> None:
    """Delete the reports of an earlier run, so that a run that is killed doesn't leave an old pass behind."""
    remove(REPORTS / "results.json")
    remove(REPORTS / "junit.xml")


def write(run: Run, strict: bool) -> None:
    """Write both reports."""
    write_json(REPORTS / "results.json", document(run, strict))
    write_text(REPORTS / "junit.xml", junit(run))


def keep(run: Run) -> None:
    """Keep what a run found of each exercise as the last that is known of it, whatever is graded next."""
    for exercise in run.exercises:
        backend, version = run.graded_on(exercise)
        own = replace(run, exercises=(exercise,), verdicts=run.of(exercise), backend=backend, version=version)
        write_json(KEPT / f"{exercise.id}.json", document(own, strict=False))


def document(run: Run, strict: bool) -> dict[str, Any]:
    """Return a run as `results.schema.json` describes it."""
    return {
        "format": FORMAT,
        "submission": run.label,
        "began": run.began.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "backend": run.backend,
        "milvus": run.version,
        "python": run.python,
        "seed": run.seed,
        "exit_code": run.exit_code(strict),
        "exercises": [_exercise(exercise, run) for exercise in run.exercises],
    }


def _exercise(exercise: Exercise, run: Run) -> dict[str, Any]:
    verdicts, (backend, version) = run.of(exercise), run.graded_on(exercise)
    return {
        "id": exercise.id,
        "title": exercise.title,
        "backend": backend,
        "milvus": version,
        "points": exercise.points,
        "earned": earned(verdicts),
        "not_graded": points_not_graded(verdicts),
        "checks": [_check(verdict) for verdict in verdicts],
    }


def _check(verdict: Verdict) -> dict[str, Any]:
    reason = None if verdict.status == "pass" else verdict.outcome.reason
    return {
        "id": verdict.check.id,
        "title": verdict.check.title,
        "status": verdict.status,
        "points": verdict.check.points,
        "evidence": verdict.check.evidence,
        "seconds": round(verdict.seconds, 3),
        "reason": None if reason is None else reason.id,
        "message": None if reason is None else str(reason),
        "sentence": None if reason is None else as_json(reason),
        "where": verdict.outcome.where or None,
        "printed": verdict.outcome.printed or None,
        "blocked_by": verdict.blocked_by,
        "measured": [measured.as_json(one) for one in verdict.outcome.measured[: measured.AT_MOST["measured"]]],
    }


def earned(verdicts: tuple[Verdict, ...]) -> float:
    """Return the points of the checks that passed."""
    return sum(verdict.check.points for verdict in verdicts if verdict.status == "pass")


def points_not_graded(verdicts: tuple[Verdict, ...]) -> float:
    """Return the points that this run neither gave nor took."""
    return sum(verdict.check.points for verdict in verdicts if verdict.status == "not_graded")


def junit(run: Run) -> str:
    """Return a run as JUnit XML: a suite for each exercise; what wasn't graded is `skipped`, with its reason."""
    return xml(
        (f"{exercise.id} {exercise.title}", [case(exercise.id, _check(verdict)) for verdict in run.of(exercise)])
        for exercise in run.exercises
    )
