"""The commands behind the nox sessions. Exit codes: 0 passed, 1 something failed, 2 it couldn't be graded."""

from __future__ import annotations

import contextlib
import itertools
import os
import platform
import sys
import time
from collections.abc import Iterator
from typing import Annotated

import typer

from grader import authoring as author
from grader import progress, results, tables
from grader.curriculum import ROOT, Exercise, Stage, exercises, find, stages
from grader.errors import KitError, WrongOption
from grader.places import Places
from grader.runner.launch import Launcher, start_launcher
from grader.runner.submission import Source
from grader.session import Run, grade, sources
from grader.storage import DOJO, REPORTS, append_json, read_json, remove, write_json
from grader.terminal import Screen
from grader.translate import said
from infra.abilities import WITHOUT, abilities
from infra.backends import BackendError, availability, choose, shared_server, stop_all, sweep
from infra.messages import N_, Message

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=__doc__,
)

Ids = Annotated[list[str] | None, typer.Argument(help="exercises, such as 1.3; none means the whole stage")]
Backend = Annotated[
    str | None, typer.Option(help="lite, server or external (MILVUS_URI); by default the one used before")
]


def main() -> int:
    """Run the command that the arguments name and return its exit code."""
    screen = Screen()
    try:
        _refuse_optimized_python()
        app()
    except (KitError, BackendError) as error:
        screen.error(error)
    except (KeyboardInterrupt, typer.Abort):
        screen.line(N_("Stopped. Nothing was changed."))
    return 2


def _refuse_optimized_python() -> None:
    """Stop where assertions are removed: every check would pass."""
    if sys.flags.optimize:
        raise KitError(
            Message(N_("Python runs with -O, which removes every check's assertions.")),
            Message(N_("Run it again without -O and with PYTHONOPTIMIZE unset.")),
        )


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
    chosen = _chosen(stage, ids or [])
    strict = bool(os.environ.get("CI")) if strict is None else strict
    results.withdraw()
    with _launcher() as launcher, _places(backend, screen) as places:
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
    screen.summary(run, _elsewhere(run, stage))
    raise typer.Exit(run.exit_code(strict))


@app.command()
def authoring(
    ids: Ids = None,
    backend: Backend = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="every known-bad against every check")] = False,
) -> None:
    """Hold exercises to their promises: stubs fail, solutions pass, every known-bad is rejected for its reason."""
    screen = Screen()
    chosen = _named(ids)
    broken = 0
    screen.finding("the tables of README.md are fresh", "run python -m grader.tables" if tables.stale() else None)
    with _launcher() as launcher, _places(backend, screen) as places:
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
    chosen = _named(ids)
    log = REPORTS / "soak.jsonl"
    remove(log)
    odd = 0
    with _launcher() as launcher, _places(backend, screen) as places:
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


@app.command()
def doctor() -> None:
    """Say what this machine can grade on, each tried out, what is missing, and the command that mends it."""
    screen = Screen()
    screen.line(f"Python {platform.python_version()} · {platform.system()} {platform.machine()} · {ROOT}", style="dim")
    ready = 0
    for row in availability():
        if not row.ok:
            screen.note(f"{row.backend}: {said(row.reason or '')}", said(row.remedy or ""))
            continue
        try:
            began = time.monotonic()
            server = shared_server(row.backend, screen.announce)
            found = N_("{backend}: {version} answered in {seconds:.1f} s")
            fields = {"backend": row.backend, "version": server.version, "seconds": time.monotonic() - began}
            screen.finding(said(found, **fields), None)
            for name in sorted(WITHOUT.keys() - abilities(server)):
                screen.line(N_("      can't show {name}: {why}"), style="dim", name=name, why=WITHOUT[name])
            ready += 1
        except BackendError as error:
            screen.finding(f"{row.backend}: {said(error.message)}", said(error.remedy))
    raise typer.Exit(0 if ready else 2)


@app.command()
def down() -> None:
    """Stop every Milvus that the kit has started on this machine."""
    stopped = stop_all()
    Screen().line(N_("Servers stopped: {stopped}. Nothing of the kit runs any more."), stopped=stopped)


def _chosen(stage_number: int, ids: list[str]) -> tuple[Exercise, ...]:
    """Return the exercises that a command names, in the order of the curriculum.

    Raises:
        UnknownExercise: an id isn't in the curriculum.
        WrongOption: an id belongs to another stage, or there is no such stage.
    """
    stage = _stage(stage_number)
    wanted = [find(exercise_id) for exercise_id in ids]
    for exercise in wanted:
        if exercise not in stage.exercises:
            raise WrongOption(
                Message(
                    N_("Exercise {id} isn't part of stage {stage}."),
                    {"id": exercise.id, "stage": stage_number},
                ),
                Message(N_("Grade it with: nox -s stage{own} -- {id}"), {"own": exercise.id[0], "id": exercise.id}),
            )
    return tuple(e for e in stage.exercises if not wanted or e in wanted)


def _named(ids: list[str] | None) -> tuple[Exercise, ...]:
    """Return the exercises that a command names; none named means all."""
    return tuple(find(exercise_id) for exercise_id in ids) if ids else exercises()


def _stage(number: int) -> Stage:
    for stage in stages():
        if stage.number == number:
            return stage
    known = ", ".join(str(stage.number) for stage in stages())
    raise WrongOption(
        Message(N_("There is no stage {number} here yet. There are: {known}."), {"number": number, "known": known})
    )


@contextlib.contextmanager
def _launcher() -> Iterator[Launcher]:
    launcher = start_launcher()
    try:
        yield launcher
    finally:
        launcher.close()


@contextlib.contextmanager
def _places(requested: str | None, screen: Screen) -> Iterator[Places]:
    """Open the backend of this run: the one asked for, else the one that this clone used before."""
    sweep()
    kept = read_json(DOJO / "backend.json", {}).get("backend")
    backend = choose(requested, kept)
    with screen.waiting():
        places = Places(backend, screen.announce)
    try:
        if requested is not None and requested != kept:
            write_json(DOJO / "backend.json", {"backend": backend})
        yield places
    finally:
        places.close()


def _elsewhere(run: Run, stage: int) -> dict[str, str]:
    """Return, by exercise, the command that grades what this backend lacks, where this machine has such a backend."""
    if run.backend == "server" or not any(row.ok for row in availability() if row.backend == "server"):
        return {}
    lacking = {verdict.check.exercise for verdict in run.verdicts if verdict.outcome.kind == "lacking"}
    return {id_: f"nox -s stage{stage} -- {id_} --backend server" for id_ in lacking}
