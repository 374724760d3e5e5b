"""What a learner asks for beside grading: a hint, a fresh start, the solution, and where they stand."""

from __future__ import annotations

from typing import Annotated

import typer

from grader import hints, references
from grader.commands.opening import app
from grader.curriculum import ROOT, exercises, find
from grader.progress import is_readable, last_graded, standing, upcoming
from grader.standings import show
from grader.terminal import Screen
from infra.messages import N_

Id = Annotated[str, typer.Argument(metavar="ID", help="an exercise, such as 1.3")]


@app.command()
def hint(
    exercise_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="an exercise, such as 1.3; by default the one graded last")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="all hints at once")] = False,
) -> None:
    """Tell the next hint of an exercise; when all were told, all of them again."""
    exercise = (last_graded() or exercises()[0]) if exercise_id is None else find(exercise_id)
    screen = Screen()
    screen.hints(exercise, hints.tell(exercise, everything))
    left = len(exercise.hints) - hints.told(exercise)
    if left:
        screen.line(N_("The next one: nox -s hint -- {id}"), style="dim", id=exercise.id)


@app.command()
def reset(exercise_id: Id) -> None:
    """Put an exercise's stub back and keep what you had."""
    from grader.resetting import reset as put_back

    exercise = find(exercise_id)
    screen = Screen()
    kept = put_back(exercise)
    if kept is None:
        screen.line(N_("{id} is the untouched stub already. Nothing was changed."), id=exercise.id)
        return
    screen.line(N_("{id} is the untouched stub again."), style="bold", id=exercise.id)
    files = sorted(path.relative_to(kept) for path in kept.rglob("*") if not path.is_dir())
    if not files:
        screen.line(N_("Its files were missing, so there was nothing to keep."))
        return
    target = exercise.file("exercises").parent.relative_to(ROOT).as_posix()
    screen.line(N_("What you had is kept in {place}."), place=kept.relative_to(ROOT).as_posix())
    screen.line(N_("To have it back, copy it:"))
    for file in files:
        screen.command(f"cp {(kept.relative_to(ROOT) / file).as_posix()} {target}/{file.as_posix()}")


@app.command()
def reveal(exercise_id: Id) -> None:
    """Show the solution of an exercise that has passed, and how yours differs."""
    from grader.revealing import differences

    references.require()
    exercise = find(exercise_id)
    screen = Screen()
    stands = standing(exercise)
    if not stands.passed:
        screen.line(
            N_(
                "{id} stands at {earned:g} of {points:g} points. The solution opens when nothing of it fails any more; "
                "until then a hint may help: nox -s hint -- {id}"
            ),
            id=exercise.id,
            earned=stands.earned,
            points=exercise.points,
        )
        raise typer.Exit(1)
    for difference in differences(exercise):
        screen.difference(difference)


@app.command()
def progress() -> None:
    """Show where you stand, by exercise and stage, and what comes next; write the same as a page, with pictures."""
    from grader import report

    screen = Screen()
    if not is_readable():
        screen.line(N_(".dojo/progress.json can't be read. It stays as it is; what you grade now is counted anew."))
    show(screen)
    following = upcoming()
    if following is None:
        screen.line(N_("Every exercise has passed."), style="bold green")
    else:
        fields = {"id": following.id, "stage": following.id.partition(".")[0]}
        screen.line(N_("Next: nox -s stage{stage} -- {id}, or nox -s watch"), style="bold", **fields)
    report.write(screen)
