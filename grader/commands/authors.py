"""What authors of exercises run: promises and soaks."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import typer

from grader import authoring as author
from grader import references, results, tables
from grader.commands.opening import Backend, Ids, app, named, open_launcher, open_places
from grader.curriculum import ROOT, Exercise
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.session import Run, grade
from grader.storage import REPORTS, append_json, remove
from grader.terminal import Screen

SOAK_LOG = REPORTS / "soak.jsonl"


@app.command()
def authoring(
    ids: Ids = None,
    backend: Backend = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="every known-bad against every check")] = False,
) -> None:
    """Hold exercises to their promises: stubs fail, solutions pass, every known-bad is rejected for its reason."""
    screen = Screen()
    references.require()
    chosen = named(ids)
    broken = 0
    screen.finding("the tables of README.md are fresh", "run python -m grader.tables" if tables.stale() else None)
    with open_launcher() as launcher:
        for exercise in chosen:
            with open_places(backend, screen.announce, exercise.needs) as places:
                screen.line(f"{exercise.id} {exercise.title} · {places.version}", style="bold")
                if matrix:
                    screen.matrix(author.matrix(exercise, launcher, places))
                for finding in itertools.chain(author.looked_at(exercise), author.graded(exercise, launcher, places)):
                    screen.finding(finding.promise, finding.problem)
                    broken += finding.problem is not None
    raise typer.Exit(1 if broken else 0)


@app.command()
def soak(
    ids: Ids = None,
    times: Annotated[int, typer.Option(min=1, help="how often")] = 10,
    backend: Backend = None,
) -> None:
    """Grade solutions and alternatives again and again; one verdict that isn't a pass is a bug of the kit."""
    screen = Screen()
    references.require()
    chosen = named(ids)
    remove(SOAK_LOG)
    odd = 0
    with open_launcher() as launcher:
        for exercise in chosen:
            with open_places(backend, screen.announce, exercise.needs) as places:
                odd += sum(_soaked(exercise, path, times, launcher, places, screen) for path in _right_ones(exercise))
    raise typer.Exit(1 if odd else 0)


def _right_ones(exercise: Exercise) -> tuple[Path, ...]:
    return (exercise.file("solutions"), *author.alternatives(exercise))


def _soaked(exercise: Exercise, path: Path, times: int, launcher: Launcher, places: Places, screen: Screen) -> int:
    """Grade one submission some times, print what came of it, and return how many runs weren't a pass."""
    runs = []
    for _ in range(times):
        run = grade((exercise,), {exercise.id: Source(path.stem, path, exercise.drives)}, launcher, places)
        append_json(SOAK_LOG, results.document(run, strict=False))
        runs.append(run)
    problems = [author.not_passed(run.verdicts) or _nothing_graded(run) for run in runs]
    failed = [problem for problem in problems if problem]
    seconds = sorted(run.seconds for run in runs)
    screen.finding(
        f"{exercise.id} {path.relative_to(ROOT)} on {places.version}: {times - len(failed)} of {times} "
        f"passed, median {seconds[len(seconds) // 2]:.2f} s{_undecided(runs)}",
        "; ".join(sorted(set(failed))) or None,
    )
    return len(failed)


def _undecided(runs: list[Run]) -> str:
    """Say how many checks noise has hidden; none is no news."""
    count = sum(verdict.outcome.kind == "undecided" for run in runs for verdict in run.verdicts)
    return f", {count} checks undecided for noise" if count else ""


def _nothing_graded(run: Run) -> str | None:
    """Say so where this backend lacks what the exercise needs: that is no pass."""
    return None if any(verdict.status == "pass" for verdict in run.verdicts) else "nothing can be graded here"
