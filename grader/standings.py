"""Progress as people see it: a bar and the points of each stage and exercise, where it passed, how many hints."""

from __future__ import annotations

from grader import hints
from grader.curriculum import Exercise, stages
from grader.progress import Standing, standing
from grader.terminal import Screen
from grader.translate import said, translated
from infra.messages import N_

BAR = 10


def show(screen: Screen) -> None:
    """Print a line for each stage and, below it, for each of its exercises."""
    for stage in stages():
        rows = [(exercise, standing(exercise)) for exercise in stage.exercises]
        earned, points = sum(min(s.earned, e.points) for e, s in rows), sum(e.points for e, _ in rows)
        title = said(N_("Stage {number} · {title}"), number=stage.number, title=translated(stage.title))
        screen.standing(title, bar(earned, points), f"{earned:g}/{points:g}", "", "bold")
        for exercise, stands in rows:
            status = "pass" if stands.passed else "fail" if stands.at else "not_run"
            name = f"{exercise.id} {translated(exercise.title)}"
            screen.standing(
                name,
                bar(stands.earned, exercise.points),
                f"{stands.earned:g}/{exercise.points:g}",
                _details(exercise, stands),
                status,
            )
        screen.line()


def bar(earned: float, points: float) -> str:
    """Return a bar that is full only with all points, and empty only with none."""
    share = min(max(earned / points, 0), 1) if points else 0
    filled = min(max(int(share * BAR), 1 if share else 0), BAR)
    return "█" * filled + "░" * (BAR - filled)


def _details(exercise: Exercise, stands: Standing) -> str:
    """Say what is known beside the points, in one line."""
    known = []
    if stands.not_graded:
        known.append(said(N_("{points:g} not graded"), points=stands.not_graded))
    if stands.passed:
        fields = {"backend": stands.passed_on, "version": stands.passed_version, "date": stands.passed_at[:10]}
        known.append(said(N_("passed on {backend} ({version}), {date}"), **fields))
    if told := hints.told(exercise):
        known.append(said(N_("hints: {told} of {count}"), told=told, count=len(exercise.hints)))
    return " · ".join(known)
