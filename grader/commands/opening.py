"""What commands share: the typer app, the options that several take, and what a grading run opens."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Annotated

import typer

from grader.curriculum import Exercise, Stage, exercises, find, stages
from grader.errors import WrongOption
from grader.given import read_points
from grader.places import Places
from grader.runner.launch import Launcher, start_launcher
from grader.storage import DOJO, read_json, write_json
from infra.backends import availability, choose, sweep
from infra.messages import N_, Message

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The commands behind the nox sessions. Exit codes: 0 passed, 1 something failed, 2 it couldn't be graded.",
)

PREFERRED = ("container", "server", "lite")
"""In which order backends are looked at for an ability: the more like production, the better."""

Ids = Annotated[list[str] | None, typer.Argument(help="exercises, such as 1.3; none means the whole stage")]
Points = Annotated[
    Path | None, typer.Option(help="a file that says what each exercise is worth in this class", metavar="FILE")
]
Backend = Annotated[
    str | None, typer.Option(help="lite, server, container or external (MILVUS_URI); by default the one used before")
]


def choose_exercises(stage_number: int, ids: list[str]) -> tuple[Exercise, ...]:
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


def choose_for_class(stage: int | None, only: str | None, points: Collection[str]) -> tuple[Exercise, ...]:
    """Return the exercises of a class: those of --stage and --only, else those that --points names, else all.

    Raises:
        UnknownExercise: an id isn't in the curriculum.
        WrongOption: an id belongs to another stage, or there is no such stage.
    """
    ids = [id_ for id_ in re.split(r"[,\s]+", only or "") if id_]
    if stage is not None:
        return choose_exercises(stage, ids)
    wanted = {exercise.id for exercise in named(ids)}
    return tuple(exercise for exercise in exercises() if exercise.id in (wanted if ids or not points else points))


def points_of_class(path: Path | None) -> dict[str, float]:
    """Return the points that a class gives, by exercise id; none where no file says any.

    Raises:
        UnknownExercise: an id isn't in the curriculum.
        WrongOption: the file can't be read, or says something else.
    """
    return {} if path is None else {find(id_).id: worth for id_, worth in read_points(path).items()}


def named(ids: list[str] | None) -> tuple[Exercise, ...]:
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
def open_launcher() -> Iterator[Launcher]:
    """Open what starts the learner's processes, for one command."""
    launcher = start_launcher()
    try:
        yield launcher
    finally:
        launcher.close()


@contextlib.contextmanager
def open_places(
    requested: str | None, announce: Callable[[Message], None], needs: frozenset[str] = frozenset()
) -> Iterator[Places]:
    """Open the backend of this run: the one asked for, else the one that this clone used before.

    Args:
        requested: what was asked for by name; it is kept for the runs to come.
        announce: gets a sentence before each long step.
        needs: abilities without which nothing could be graded. Where nobody asked for a backend and the usual one lacks
            any, another one of this machine that has them all is opened for this time.
    """
    sweep()
    kept = read_json(DOJO / "backend.json", {}).get("backend")
    backend = choose(requested, kept)
    places = Places(backend, announce)
    try:
        if requested is not None and requested != kept:
            write_json(DOJO / "backend.json", {"backend": backend})
        if requested is None and not places.have(needs):
            places = _with(needs, places, announce)
        yield places
    finally:
        places.close()


def _with(needs: frozenset[str], usual: Places, announce: Callable[[Message], None]) -> Places:
    """Open a backend that has some abilities, and close the usual one; return that where none has them."""
    able = {row.backend for row in availability() if row.ok}
    for backend in PREFERRED:
        if backend in able and backend != usual.backend:
            places = Places(backend, announce)
            if places.have(needs):
                usual.close()
                return places
            places.close()
    return usual
