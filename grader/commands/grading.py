"""Grading, as a learner runs it."""

from __future__ import annotations

import os
from functools import partial
from typing import Annotated

import typer

from grader import progress, references, results
from grader.abreast import Tell, run_abreast
from grader.check import Check
from grader.commands.opening import Backend, Ids, app, choose_exercises, open_launcher, open_places
from grader.curriculum import Exercise
from grader.session import Listener, Run, grade, joined, new_seed, sources
from grader.terminal import Screen
from grader.verdict import Verdict
from infra.backends import availability
from infra.messages import N_, Message


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
    from grader import report  # before any learner code could rewrite it; the other commands don't need it

    screen = Screen()
    if solutions:
        references.require()
    chosen = choose_exercises(stage, ids or [])
    strict = bool(os.environ.get("CI")) if strict is None else strict
    results.withdraw()
    tree, seed = "solutions" if solutions else "exercises", new_seed()
    runs: list[Run] = []
    opened: list[str] = []
    graded_elsewhere: dict[str, str] = {}
    listener = screen.listener({exercise.id: exercise.title for exercise in chosen}, graded_elsewhere)

    def told(news: object) -> None:
        match news:
            case Message() if not runs or len(opened) > len(runs):  # who started Milvus is told once
                screen.announce(news)
            case str():
                opened.append(news)
                if len(opened) == 1:
                    screen.line(N_("Milvus Dojo · {tree} · graded on {version}"), tree=tree, version=news)
                elif news != opened[0]:
                    graded_elsewhere[chosen[len(opened) - 1].id] = news
            case Check():
                listener.begin(news)
            case Verdict():
                listener.end(news)
            case Run():
                runs.append(news)

    with screen.waiting():
        run_abreast([partial(_grade_one, exercise, tree, backend, seed) for exercise in chosen], told)
    run = joined(runs)
    results.write(run, strict)
    if not solutions:
        progress.record(run)
    screen.summary(run, elsewhere(run, stage))
    if references.were_missed(run.verdicts):
        screen.line(references.NOT_ASKED, style="dim")
    if not solutions:
        report.write(screen)
    raise typer.Exit(run.exit_code(strict))


def _grade_one(exercise: Exercise, tree: str, backend: str | None, seed: int, tell: Tell) -> None:
    """Grade one exercise and tell what happens: what is waited for, the server's version, each check, the run."""
    with open_launcher() as launcher, open_places(backend, tell, exercise.needs) as places:
        tell(places.version)
        code = sources((exercise,), tree)
        tell(grade((exercise,), code, launcher, places, listener=Listener(tell, tell), seed=seed))


def elsewhere(run: Run, stage: int) -> dict[str, str]:
    """Return, by exercise, the command that grades what this backend lacks, where this machine has such a backend."""
    if not any(row.ok for row in availability() if row.backend == "server"):
        return {}
    lacking = {verdict.check.exercise for verdict in run.verdicts if verdict.outcome.kind == "lacking"}
    away = [e.id for e in run.exercises if e.id in lacking and run.graded_on(e)[0] != "server"]
    return {id_: f"nox -s stage{stage} -- {id_} --backend server" for id_ in away}
