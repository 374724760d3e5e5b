"""Grading, as a learner runs it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from grader import progress, results
from grader.commands.opening import Backend, Ids, app, choose_exercises, open_launcher, open_places
from grader.session import Run, grade, sources
from grader.terminal import Screen
from infra.backends import availability
from infra.messages import N_


@app.command("grade")
def grade_command(
    stage: Annotated[int, typer.Argument(help="1 to 5")],
    ids: Ids = None,
    solutions: Annotated[bool, typer.Option("--solutions", help="grade the reference solutions")] = False,
    backend: Backend = None,
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--no-strict", help="exit with 2 if anything isn't graded; the default where CI is set"),
    ] = None,
) -> None:
    """Grade exercises of a stage: the learner's, or the solutions."""
    screen = Screen()
    chosen = choose_exercises(stage, ids or [])
    strict = bool(os.environ.get("CI")) if strict is None else strict
    results.withdraw()
    with open_launcher() as launcher, open_places(backend, screen) as places:
        screen.line(
            N_("Milvus Dojo · {tree} · graded on {version}"),
            tree="solutions" if solutions else "exercises",
            version=places.version,
        )
        with screen.waiting():
            run = grade(
                chosen,
                sources(chosen, "solutions" if solutions else "exercises"),
                launcher,
                places,
                listener=screen.listener({exercise.id: exercise.title for exercise in chosen}),
            )
    results.write(run, strict)
    if not solutions:
        progress.record(run)
    screen.summary(run, elsewhere(run, stage))
    raise typer.Exit(run.exit_code(strict))


def elsewhere(run: Run, stage: int) -> dict[str, str]:
    """Return, by exercise, the command that grades what this backend lacks, where this machine has such a backend."""
    if run.backend == "server" or not any(row.ok for row in availability() if row.backend == "server"):
        return {}
    lacking = {verdict.check.exercise for verdict in run.verdicts if verdict.outcome.kind == "lacking"}
    return {id_: f"nox -s stage{stage} -- {id_} --backend server" for id_ in lacking}
