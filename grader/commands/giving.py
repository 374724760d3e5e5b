"""Giving exercises out to a class."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from grader import given, references
from grader.commands.opening import Points, app, choose_for_class, points_of_class
from grader.terminal import Screen
from infra.messages import N_

classroom = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What a teacher needs beside grading.",
)
app.add_typer(classroom, name="classroom")


@classroom.callback()
def about() -> None:
    """What a teacher needs beside grading: template gives exercises out."""


@classroom.command()
def template(
    folder: Annotated[Path, typer.Argument(help="a new or empty folder outside the kit", metavar="DIR")],
    only: Annotated[str | None, typer.Option(help="give out some exercises, such as 1.3,2.1", metavar="IDS")] = None,
    stage: Annotated[int | None, typer.Option(help="give out one stage; by default all", metavar="N")] = None,
    points: Points = None,
    title: Annotated[str, typer.Option(help="heads the README, such as the name of the course")] = "",
    deadline: Annotated[str, typer.Option(help="until when it can be handed in, as the README shall say it")] = "",
    kit_repository: Annotated[
        str | None,
        typer.Option(
            help="where GitHub fetches the kit: https://…, or OWNER/NAME; by default origin", metavar="ADDRESS"
        ),
    ] = None,
    kit_revision: Annotated[
        str | None,
        typer.Option(help="which commit is given out; by default the one that is checked out", metavar="COMMIT"),
    ] = None,
) -> None:
    """Write the repository that a class gets: stubs, checks, a README and a workflow; no solutions."""
    from grader.classroom import template as templates
    from grader.classroom.pinned import is_published, pinned

    screen = Screen()
    references.require()
    own = points_of_class(points)
    chosen = choose_for_class(stage, only, own)
    worth = {exercise.id: own.get(exercise.id, exercise.points) for exercise in chosen}
    kit = pinned(kit_repository, kit_revision)
    count = templates.write(templates.Template(chosen, worth, kit, title, deadline), folder)
    screen.line(
        N_(
            "Wrote {path}: {exercises} exercises, {points:g} points, {files} files, of commit {revision}. No solutions."
        ),
        style="bold",
        path=folder,
        exercises=len(chosen),
        points=sum(worth.values()),
        files=count,
        revision=kit.revision[:12],
    )
    if kit_revision is None and templates.has_changes():
        screen.line(N_("What you have changed in the kit and not committed is not in it."), style="yellow")
    if not kit.repository:
        screen.line(
            N_(
                "No workflow was written: this clone has no origin that GitHub could fetch from. --kit-repository "
                "names one."
            ),
            style="yellow",
        )
    elif not is_published(kit):
        screen.line(
            N_("The workflow fetches that commit from {repository}; push it there before learners push."),
            style="yellow",
            repository=kit.repository,
        )
    screen.line(N_("Look through it, then make it a repository of its own, and that a template:"))
    screen.command(f"cd {shlex.quote(str(folder))} && git init && git add --all && git commit -m exercises")
    screen.line(N_("What comes back is graded, with the same exercises and points, by:"))
    screen.command(f"nox -s autograde -- submissions/ --points {shlex.quote(str(folder / given.FILE))}")
