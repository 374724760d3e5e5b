"""Makes the page from what a clone knows: fills `page.html.jinja` with texts in the reader's language.

Everything that comes from a document is inert when it arrives here (`graded`), and the template escapes it once more.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.curriculum import Exercise, Stage
from grader.progress import Standing
from grader.report.graded import Graded, GradedCheck, Read, inert, moment
from grader.report.pictures import laid_out
from grader.report.rows import UNWRITTEN, check_row
from grader.report.templates import SHARED, page_language, template
from grader.report.words import WORDS
from grader.terminal import MARKS
from grader.translate import said, translated
from infra.messages import N_

ELSEWHERE = ("backend_lacks", "reference_fails")
"""Reasons of which another run on the same server would say the same."""


@dataclass(frozen=True)
class Row:
    """What a clone knows of one exercise.

    Attributes:
        exercise: the exercise.
        standing: its points, and where it passed.
        last: what the last run found.
        hints_told: how many.
    """

    exercise: Exercise
    standing: Standing
    last: Read
    hints_told: int


@dataclass(frozen=True)
class Known:
    """What a clone knows of the whole curriculum.

    Attributes:
        stages: each with its exercises.
        following: what to do next; None where everything has passed.
    """

    stages: tuple[tuple[Stage, tuple[Row, ...]], ...]
    following: Exercise | None


def html(known: Known) -> str:
    """Return the page."""
    rows = [row for _, stage in known.stages for row in stage]
    earned, points = _sum(rows)
    words = {key: said(text) for key, text in WORDS.items()}
    return template("page.html.jinja", SHARED).render(
        language=page_language(),
        words=words,
        title=said(N_("Milvus Dojo · {earned:g} of {points:g} points"), earned=earned, points=points),
        points=said(N_("{earned:g} of {points:g} points"), earned=earned, points=points),
        share=_share(earned, points),
        passed=said(
            N_("{passed} of {count} exercises passed"), passed=sum(r.standing.passed for r in rows), count=len(rows)
        ),
        following=None if known.following is None else _command(known.following.id),
        stages=[_stage(stage, own) for stage, own in known.stages],
        exercises=[_exercise(row) for row in rows if row.last is not None],
    )


# Where the learner stands


def _stage(stage: Stage, rows: tuple[Row, ...]) -> dict[str, Any]:
    earned, points = _sum(rows)
    return {
        "title": said(N_("Stage {number} · {title}"), number=stage.number, title=translated(stage.title)),
        "points": _points(earned, points),
        "share": _share(earned, points),
        "rows": [_standing(row) for row in rows],
    }


def _standing(row: Row) -> dict[str, Any]:
    exercise, stands = row.exercise, row.standing
    status = "pass" if stands.passed else "fail" if stands.at else "not_run"
    words = {"pass": N_("passed"), "fail": N_("not passed yet"), "not_run": N_("not graded yet")}
    return {
        "anchor": _anchor(exercise) if row.last is not None else None,
        "id": exercise.id,
        "title": translated(exercise.title),
        "status": status,
        "mark": MARKS[status][0],
        "word": said(words[status]),
        "points": _points(_within(stands.earned, exercise), exercise.points),
        "share": _share(stands.earned, exercise.points),
        "details": _details(row),
    }


def _details(row: Row) -> list[str]:
    """Say what is known beside the points."""
    stands, known = row.standing, []
    if missing := _within(stands.not_graded, row.exercise):
        known.append(said(N_("{points:g} not graded"), points=missing))
    if stands.passed:
        date = moment(stands.passed_at)
        backend, version = inert(stands.passed_on), inert(stands.passed_version)
        fields = {"backend": backend, "version": _bare(version, backend)}
        known.append(
            said(N_("passed on {backend} ({version}), {date}"), **fields, date="?" if date is None else _day(date))
        )
    return known


def _bare(version: str, backend: str) -> str:
    """Return what a server calls itself without the name of its backend in front."""
    return version.removeprefix(f"{backend} ")


def _sum(rows: Iterable[Row]) -> tuple[float, float]:
    rows = list(rows)
    return sum(_within(r.standing.earned, r.exercise) for r in rows), sum(r.exercise.points for r in rows)


def _within(points: float, exercise: Exercise) -> float:
    return min(max(points, 0.0), exercise.points)


def _points(earned: float, points: float) -> str:
    return f"{earned:g}/{points:g}"


def _share(earned: float, points: float) -> float:
    """Return how much is there, in per cent."""
    return round(min(max(earned / points, 0.0), 1.0) * 100, 1) if points else 0.0


# What was graded


def _exercise(row: Row) -> dict[str, Any]:
    exercise = row.exercise
    head = {
        "anchor": _anchor(exercise),
        "id": exercise.id,
        "title": translated(exercise.title),
        "file": ("exercises", exercise.stage, f"{exercise.stem}.py"),
        "again": _command(exercise.id),
        "hints": _hints(row),
    }
    if not isinstance(row.last, Graded):
        return head | {"readable": False}
    document = f".dojo/results/{exercise.id}.json"
    checks = row.last.checks
    ran = [check for check in checks if not check.blocked]
    failed = [check for check in ran if check.status == "fail" and check.reason != UNWRITTEN]
    open_ = [check for check in ran if check.status == "not_graded"]
    waiting = [check for check in checks if check.blocked or (check.status == "fail" and check.reason == UNWRITTEN)]
    statuses = {check.status for check in checks}
    return head | {
        "readable": True,
        "status": "fail" if "fail" in statuses else "pass" if "pass" in statuses else "not_graded",
        "points": _graded_points(checks, exercise),
        "facts": _facts(row.last),
        "failed": [check_row(check, document) for check in failed],
        "waiting": [check_row(check, document) for check in waiting],
        "pictures": laid_out((measured for check in checks for measured in check.measured), _anchor(exercise)),
        "not_graded": [check_row(check, document) for check in open_],
        "verify": sorted({_verifying(exercise, row.last, check) for check in open_} - {""}),
        "passed": [check_row(check, document) for check in ran if check.status == "pass"],
    }


def _graded_points(checks: tuple[GradedCheck, ...], exercise: Exercise) -> str:
    """Say how many points the last run gave, and how many it neither gave nor took."""
    sums = {
        status: sum(check.points for check in checks if check.status == status) for status in ("pass", "not_graded")
    }
    text = said(N_("{earned:g} of {points:g} points"), earned=_within(sums["pass"], exercise), points=exercise.points)
    if sums["not_graded"]:
        text += said(N_(", {missing:g} not graded"), missing=_within(sums["not_graded"], exercise))
    return text


def _facts(graded: Graded) -> list[tuple[str, str, str]]:
    """Return what is known of the run: a name, what it says, and for a moment its exact form."""
    began = graded.began
    facts = [
        ("Milvus", f"{graded.backend} {_bare(graded.version, graded.backend)}".strip(), ""),
        (said(N_("Graded")), _minute(began) if began else "", began.isoformat() if began else ""),
        (said(N_("Took")), said(N_("{seconds:.0f} s"), seconds=max(graded.seconds, 1)) if graded.seconds else "", ""),
        (said(N_("Seed")), graded.seed, ""),
    ]
    return [fact for fact in facts if fact[1]]


def _hints(row: Row) -> dict[str, Any] | None:
    count = len(row.exercise.hints)
    if not count:
        return None
    return {
        "told": said(N_("Hints told: {told} of {count}."), told=row.hints_told, count=count),
        "left": row.hints_told < count,
        "command": f"nox -s hint -- {row.exercise.id}",
    }


def _verifying(exercise: Exercise, graded: Graded, check: GradedCheck) -> str:
    """Return the command that would grade a check: once more, or on a fuller backend; empty where there is none."""
    if check.reason not in ELSEWHERE:
        return _command(exercise.id)
    has_wheel = importlib.util.find_spec("milvus") is not None
    fuller = {"lite": "server" if has_wheel else "container", "server": "container"}.get(graded.backend)
    return f"{_command(exercise.id)} --backend {fuller}" if fuller else ""


def _command(exercise_id: str) -> str:
    return f"nox -s stage{exercise_id.partition('.')[0]} -- {exercise_id}"


def _day(moment: datetime) -> str:
    """Return a date whose parts stay in one line."""
    return moment.astimezone().strftime("%Y\N{NON-BREAKING HYPHEN}%m\N{NON-BREAKING HYPHEN}%d")


def _minute(moment: datetime) -> str:
    """Return a moment as the clock of this machine shows it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _anchor(exercise: Exercise) -> str:
    return f"exercise-{exercise.id}"
