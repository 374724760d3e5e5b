"""Grading a class, and joining the parts of one that several machines have graded."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader import references
from grader.commands.opening import Backend, Points, app, choose_for_class, open_places, points_of_class
from grader.curriculum import Exercise
from grader.errors import KitError, WrongOption
from grader.terminal import Screen
from infra.messages import N_, Message

# What only a class needs is imported in the commands: every grading run imports this module.
if TYPE_CHECKING:
    from grader.classroom.learners import Entry
    from grader.classroom.outcome import Class

Out = Annotated[Path, typer.Option("--out", help="the folder that the class is written to", metavar="DIR")]


@app.command()
def autograde(
    submissions: Annotated[
        list[Path],
        typer.Argument(help="folders, zip files and git checkouts, or one folder that holds them", show_default=False),
    ],
    stage: Annotated[int | None, typer.Option(help="grade one stage; by default all", metavar="N")] = None,
    only: Annotated[str | None, typer.Option(help="grade some exercises, such as 1.3,2.1", metavar="IDS")] = None,
    shard: Annotated[
        str | None, typer.Option(help="grade the i-th of n parts; merge-class joins them", metavar="I/N")
    ] = None,
    out: Out = Path("class"),
    roster: Annotated[
        Path | None, typer.Option(help="a CSV file with the columns folder,id,name", metavar="FILE")
    ] = None,
    points: Points = None,
    backend: Backend = None,
    seed: Annotated[
        str | None, typer.Option(help="the secret that seeds come from; by default the one in OUT/class-seed")
    ] = None,
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="run learner code without a sandbox, as you would your own")
    ] = False,
    title: Annotated[str, typer.Option(help="heads the class page, such as the name of the course")] = "",
    lanes: Annotated[
        int | None, typer.Option(min=1, help="how many are graded at once; by default as many as this machine can")
    ] = None,
    reproduce: Annotated[
        Path | None,
        typer.Option(help="grade one submission again as this outcome.json says, and compare", metavar="FILE"),
    ] = None,
) -> None:
    """Grade a class: each submission apart from the others, with this kit's checks, whatever it holds itself.

    A start that was ended goes on when the same command is given again; only what is new, or what a change is about, is
    graded. Exit codes: 0 every submission has its result, 2 some could not be graded. With --reproduce: 0 every verdict
    is the same again, 1 one isn't.
    """
    from grader.classroom.grading import Order, grade_class, sharded
    from grader.classroom.isolation import require_isolation
    from grader.classroom.progressing import progressing
    from grader.classroom.secret import class_secret
    from grader.classroom.writing import write_all  # noqa: F401 - it reads its templates now, before any learner code runs
    from grader.runner.sandbox import SandboxUnavailable

    screen = Screen()
    references.require()
    worth, part = points_of_class(points), _part(shard)
    chosen = choose_for_class(stage, only, worth)
    try:
        isolation = require_isolation(trust_submissions)
    except SandboxUnavailable as unavailable:
        reads = [*submissions, *(path for path in (roster, points, reproduce) if path is not None)]
        raise typer.Exit(_in_container(unavailable, reads, None if reproduce else out, chosen, screen)) from None
    if reproduce is not None:
        raise typer.Exit(_reproduced(reproduce, submissions, isolation, screen))
    secret = class_secret(out, seed)
    everybody = _everybody(submissions, roster, out, secret, screen)
    try:
        milvus = _asked(chosen, backend, screen)
        order = Order(sharded(everybody, *part), chosen, milvus, secret, out, isolation, title, lanes, worth)
        with progressing(screen, worth) as listener:
            class_ = grade_class(order, listener)
    except KeyboardInterrupt:
        screen.line()
        screen.line(N_("Stopped. What was graded is kept: the same command goes on with the rest."))
        raise typer.Exit(2) from None
    raise typer.Exit(_closed(class_, out, screen))


@app.command("merge-class")
def merge_class(
    parts: Annotated[list[Path], typer.Argument(help="the folders that the parts were written to", metavar="OUT…")],
    out: Out = Path("class"),
) -> None:
    """Join the parts of a class that were graded with --shard, on one machine or several; nothing is graded."""
    from grader.classroom.merging import merge

    screen = Screen()
    raise typer.Exit(_closed(merge(parts, out), out, screen))


def _in_container(
    unavailable: KitError, reads: list[Path], out: Path | None, chosen: tuple[Exercise, ...], screen: Screen
) -> int:
    """Run this command again in a container, and return its exit code.

    Raises:
        KitError: `unavailable` where there is no Docker.
    """
    from grader.classroom.contained import grade_in_container, has_docker

    if not has_docker():
        raise unavailable
    for path in reads:
        if not path.exists():
            raise WrongOption(Message(N_("There is no {path}."), {"path": path}))
    screen.line(unavailable.message)
    group = "models" if any(exercise.id.startswith("3.") for exercise in chosen) else "grader"
    return grade_in_container(sys.argv[1:], reads, out, group, screen.announce)


def _part(shard: str | None) -> tuple[int, int]:
    """Return which part of how many is to be graded.

    Raises:
        WrongOption: it isn't such as 2/3.
    """
    if shard is None:
        return 1, 1
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", shard.strip())
    number, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= count:
        raise WrongOption(
            Message(N_("{shard} is no part of a class."), {"shard": shard}),
            Message(N_("--shard 2/3 grades the second of three parts.")),
        )
    return number, count


def _everybody(
    submissions: list[Path], roster: Path | None, out: Path, secret: str, screen: Screen
) -> tuple[Entry, ...]:
    """Return who is in the class, and say who isn't on its roster."""
    from grader.classroom.learners import entries, strangers
    from grader.classroom.listed import listed
    from grader.classroom.roster import read_roster

    handed_in = listed(submissions, out)
    rows = () if roster is None else read_roster(roster)
    if rows and (unknown := strangers(handed_in, rows)):
        names = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        screen.line(N_("Not on the roster, and called by the folder's name: {names}"), style="yellow", names=names)
    return entries(handed_in, rows, secret)


def _reproduced(kept: Path, submissions: list[Path], isolation: str, screen: Screen) -> int:
    """Grade one submission again, say what isn't as it was, and return the exit code."""
    from grader.classroom.reproducing import reproduce

    if len(submissions) != 1:
        raise WrongOption(Message(N_("--reproduce takes one submission.")))
    with screen.waiting():
        again = reproduce(kept, submissions[0], isolation)
    for difference in again.conditions:
        screen.line(Message(N_("{name} was {before} and is {now}."), asdict(difference)), style="dim")
    for difference in again.verdicts:
        screen.line(Message(N_("{name} was {before} and is {now}."), asdict(difference)), style="yellow")
    if again.outcome.status == "not_graded":
        screen.line(again.outcome.trouble or "")
        return 2
    if not again.verdicts:
        screen.line(N_("Every verdict is the same again."), style="bold green")
    return 1 if again.verdicts else 0


def _asked(chosen: tuple[Exercise, ...], backend: str | None, screen: Screen) -> dict[str, tuple[str, str]]:
    """Return backend and version of each exercise, once the reference was graded there."""
    from grader.classroom.reference import ask_reference

    milvus = {}
    with screen.waiting():
        for exercise in chosen:
            with open_places(backend, screen.announce, exercise.needs) as places:
                milvus[exercise.id] = (places.backend, places.version)
                for verdict in ask_reference(exercise, places, screen.announce):
                    screen.line(
                        N_("The reference solution doesn't pass {check} on {version}; there it may not be graded."),
                        style="yellow",
                        check=verdict.check.id,
                        version=places.version,
                    )
    return milvus


def _closed(class_: Class, out: Path, screen: Screen) -> int:
    """Write the pages and tables, say what came of the class, and return the exit code."""
    from grader.classroom.writing import write_all

    write_all(class_, out)
    counts = Counter(outcome.status for outcome in class_.outcomes)
    screen.line(
        N_("{count} submissions: {graded} graded, {nothing} empty, {refused} refused, {not_graded} not graded."),
        style="bold",
        count=len(class_.outcomes),
        graded=counts["graded"],
        nothing=counts["nothing"],
        refused=counts["refused"],
        not_graded=counts["not_graded"],
    )
    screen.line(N_("The class: {path}"), path=out / "index.html")
    if counts["not_graded"]:
        screen.line(N_("The same command goes on with those that aren't graded."))
        return 2
    return 0
