"""What authors of exercises run: promises and soaks."""

from __future__ import annotations

import itertools
from typing import Annotated

import typer

from grader import authoring as author
from grader import results, tables
from grader.commands.opening import Backend, Ids, app, named, open_launcher, open_places
from grader.curriculum import ROOT
from grader.runner.source import Source
from grader.session import grade
from grader.storage import REPORTS, append_json, remove
from grader.terminal import Screen


@app.command()
def authoring(
    ids: Ids = None,
    backend: Backend = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="every known-bad against every check")] = False,
) -> None:
    """Hold exercises to their promises: stubs fail, solutions pass, every known-bad is rejected for its reason."""
    screen = Screen()
    chosen = named(ids)
    broken = 0
    screen.finding("the tables of README.md are fresh", "run python -m grader.tables" if tables.stale() else None)
    with open_launcher() as launcher, open_places(backend, screen.announce) as places:
        for exercise in chosen:
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
    chosen = named(ids)
    log = REPORTS / "soak.jsonl"
    remove(log)
    odd = 0
    with open_launcher() as launcher, open_places(backend, screen.announce) as places:
        for exercise in chosen:
            for path in (exercise.file("solutions"), *author.alternatives(exercise)):
                runs = []
                for _ in range(times):
                    source = {exercise.id: Source(path.stem, path, exercise.drives)}
                    run = grade((exercise,), source, launcher, places)
                    append_json(log, results.document(run, strict=False))
                    runs.append(run)
                problems = [problem for run in runs if (problem := author.not_passed(run.verdicts))]
                seconds = sorted(run.seconds for run in runs)
                screen.finding(
                    f"{exercise.id} {path.relative_to(ROOT)} on {places.version}: {times - len(problems)} of {times} "
                    f"passed, median {seconds[len(seconds) // 2]:.2f} s",
                    "; ".join(sorted(set(problems))) or None,
                )
                odd += len(problems)
    raise typer.Exit(1 if odd else 0)
