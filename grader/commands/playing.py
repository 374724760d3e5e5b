"""Playing: an exercise runs as a program, unscored."""

from __future__ import annotations

from typing import Annotated

import typer

from grader import references
from grader.commands.opening import app
from grader.curriculum import ROOT, find
from grader.errors import KitError
from grader.terminal import Screen
from infra.messages import N_, Message


@app.command()
def play(
    exercise_id: Annotated[str, typer.Argument(metavar="ID", help="an exercise, such as 1.3")],
    solution: Annotated[bool, typer.Option("--solution", help="run the reference solution")] = False,
) -> None:
    """Run an exercise as a program: with your prints, breakpoint() and a Milvus of its own; nothing is graded."""
    from grader.playing import play as played

    if solution:
        references.require()
    exercise = find(exercise_id)
    path = exercise.file("solutions" if solution else "exercises")
    if not path.is_file():
        raise KitError(
            Message(N_("{path} isn't there."), {"path": path.relative_to(ROOT)}),
            Message(N_("Bring the exercise back with: nox -s reset -- {id}"), {"id": exercise.id}),
        )
    screen = Screen()
    screen.line(N_("Playing {path}. Nothing is graded."), style="dim", path=path.relative_to(ROOT).as_posix())
    raise typer.Exit(played(exercise, solution, screen))
