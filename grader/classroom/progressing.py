"""How far a class is: a bar on a terminal, a line for each submission where output is piped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.classroom.grading import Listener
from grader.classroom.marks import rows
from grader.classroom.outcome import Outcome
from grader.sentences import told
from grader.terminal import Screen, visible
from grader.translate import said
from infra.messages import N_, Message


@contextmanager
def progressing(screen: Screen, points: Mapping[str, float]) -> Iterator[Listener]:
    """Yield what is told of a class while it is graded.

    Args:
        screen: where it is said.
        points: the class's own, by exercise id.
    """
    console = Console()
    if not console.is_terminal:
        yield _Lines(screen, points).listener()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar).listener()


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task(said(N_("taking in what was handed in")), total=None)

    def listener(self) -> Listener:
        return Listener(self._planned, self._ended)

    def _planned(self, count: int, before: int) -> None:
        self._bar.update(self._task, total=count, completed=before, description=said(N_("grading")))

    def _ended(self, outcome: Outcome) -> None:
        self._bar.update(self._task, advance=1, description=visible(outcome.learner.id)[:24])


class _Lines:
    def __init__(self, screen: Screen, points: Mapping[str, float]) -> None:
        self._screen = screen
        self._points = points
        self._count = 0
        self._done = 0

    def listener(self) -> Listener:
        return Listener(self._planned, self._ended)

    def _planned(self, count: int, before: int) -> None:
        self._count, self._done = count, before
        if before:
            self._screen.line(N_("{before} of {count} need no grading any more."), before=before, count=count)

    def _ended(self, outcome: Outcome) -> None:
        self._done += 1
        fields = {
            "done": self._done,
            "count": self._count,
            "id": outcome.learner.id,
            "came": came(outcome, self._points),
        }
        self._screen.line(Message(N_("  {done} of {count}  {id}: {came}"), fields))


def came(outcome: Outcome, points: Mapping[str, float]) -> str:
    """Say in a few words what came of a submission."""
    if outcome.status != "graded":
        return told(outcome.trouble) if outcome.trouble is not None else said(N_("not graded"))
    found = rows(outcome, points)
    numbers = {key: sum(row[key] for row in found) for key in ("earned", "points", "not_graded")}
    text = said(Message(N_("{earned:g} of {points:g} points"), numbers))
    return text + said(Message(N_(", {not_graded:g} not graded"), numbers)) if numbers["not_graded"] else text
