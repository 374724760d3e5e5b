"""What people see while and after a run: one line a check, the first failure of each exercise in full.

Colour and spinners on a terminal; plain text of at most 80 columns when piped. Nothing that learner code printed can be
taken for the kit's words: its lines carry a bar in front and its control characters are made visible.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.status import Status
from rich.text import Text

from grader.check import Check
from grader.curriculum import ROOT, Exercise
from grader.errors import KitError
from grader.hints import Hint
from grader.results import earned, points_not_graded
from grader.revealing import Difference
from grader.session import Listener, Run
from grader.translate import said, translated
from grader.verdict import Verdict
from infra.backends import BackendError
from infra.messages import N_, Message

WIDTH = 80
PRINTED_LINES = 12
MARKS = {"pass": ("✓", "green"), "fail": ("✗", "red"), "not_graded": ("?", "yellow"), "not_run": ("·", "dim")}


class _Terminal(Console):
    """A console that goes on in silence when its reader has gone, as in `… | head`: a run is for its reports too."""

    def on_broken_pipe(self) -> None:
        """Send the rest nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]


class Screen:
    """The terminal, or the pipe, that a command talks to."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _Terminal(file=sys.stdout, highlight=False, soft_wrap=True)
        self._width = min(self._console.width, 100) if self._console.is_terminal else WIDTH
        self._status: Status | None = None
        self._shown_in_full: set[str] = set()
        self._exercise = ""
        self._begun: set[str] = set()
        self._held: list[Verdict] = []

    def line(self, message: Message | str = "", style: str = "", **fields: object) -> None:
        """Print one sentence in the reader's language."""
        self._console.print(Text(self._indented(said(message, **fields), 0), style=style))

    def command(self, command: str) -> None:
        """Print a command to copy, in one line however long."""
        self._console.print(Text("  " + visible(command)))

    def announce(self, message: Message) -> None:
        """Say what is being waited for."""
        if self._status is not None:
            self._status.update(Text(said(message)))
        else:
            self.line(message, style="dim")

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Show a spinner while something runs, where there is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status("") as self._status:
            yield
        self._status = None

    def finding(self, promise: str, problem: str | None) -> None:
        """Print one thing that was looked at, and what is wrong with it."""
        mark, style = MARKS["fail" if problem else "pass"]
        self._console.print(Text.assemble((f"  {mark} ", style), self._indented(promise, 4).lstrip()))
        if problem:
            self._console.print(Text(self._indented(problem, 6), style="dim"))

    def note(self, text: str, remedy: str) -> None:
        """Print something that isn't there and needn't be, and what would bring it."""
        mark, style = MARKS["not_run"]
        self._console.print(Text.assemble((f"  {mark} ", style), self._indented(text, 4).lstrip()))
        self._console.print(Text(self._indented(remedy, 6), style="dim"))

    def matrix(self, rows: dict[str, dict[str, str]]) -> None:
        """Print which check ended how for which known-bad: a column a check, by number."""
        checks = list(next(iter(rows.values())))
        for number, check in enumerate(checks, 1):
            self._console.print(Text(f"  {number:2} {check}", style="dim"))
        for name, row in rows.items():
            cells = [MARKS[row[check].replace(" ", "_")] for check in checks]
            self._console.print(Text.assemble(f"  {name:<28.28}", *((f" {mark}", style) for mark, style in cells)))

    def error(self, error: KitError | BackendError) -> None:
        """Print what stopped the kit and what mends it."""
        self._console.print(Text(self._indented(said(error.message), 0), style="bold red"))
        if error.remedy is not None:
            self._console.print(Text(self._indented(said(error.remedy), 0)))

    def listener(self, titles: dict[str, str], elsewhere: Mapping[str, str] = {}) -> Listener:
        """Return what shows each check as it begins and ends.

        Args:
            titles: the exercises' by id.
            elsewhere: for an exercise that isn't graded where the first one is, what its server calls itself.
        """

        def begin(check: Check) -> None:
            if check.exercise != self._exercise:
                self._fold_held()
                self._exercise = check.exercise
                self._console.print()
                heading = Text(f"{check.exercise} {translated(titles[check.exercise])}", style="bold")
                if check.exercise in elsewhere:
                    note = said(N_(" · graded on {version}"), version=elsewhere[check.exercise])
                    heading.append(note, style="not bold")
                self._console.print(heading)
            if self._status is not None:
                self._status.update(Text(translated(check.title), style="dim"))

        return Listener(begin, self._ended)

    def first_failure(self) -> Listener:
        """Return what shows only the first check that fails, in full."""

        def begin(check: Check) -> None:
            if self._status is not None:
                self._status.update(Text(translated(check.title), style="dim"))

        def end(verdict: Verdict) -> None:
            if verdict.status == "fail" and verdict.check.exercise not in self._shown_in_full:
                self._ended(verdict)

        return Listener(begin, end)

    def points(self, run: Run, commands: dict[str, str]) -> None:
        """Print the points of each exercise, and why nothing was graded where that is so; `commands` as in summary."""
        for exercise in run.exercises:
            verdicts = run.of(exercise)
            if all(verdict.status == "not_graded" for verdict in verdicts):
                self._console.print(self._check_line(verdicts[0], brief=True))
            self._console.print(self._sum(exercise, verdicts))
            failed = any(verdict.status == "fail" for verdict in verdicts)
            if points_not_graded(verdicts) and exercise.id in commands and not failed:  # one thing at a time
                self.line(N_("  Grade the rest with: {command}"), command=commands[exercise.id])

    def hints(self, exercise: Exercise, hints: tuple[Hint, ...]) -> None:
        """Print some hints of an exercise, each with its number."""
        if not exercise.hints:
            self.line(
                N_("{id} {title} has no hints: its brief says all."), id=exercise.id, title=translated(exercise.title)
            )
        for hint in hints:
            fields = {"id": exercise.id, "number": hint.number, "count": len(exercise.hints)}
            self.line(N_("{id}, hint {number} of {count}"), style="bold", **fields)
            self._console.print(Text(self._indented(translated(hint.text), 2)))

    def standing(self, name: str, bar: str, points: str, details: str, status: str) -> None:
        """Print where a stage (`status` "bold") or an exercise stands."""
        mark, style = MARKS.get(status, ("", status))
        lead = f"  {mark} " if mark else ""
        room = self._width - cell_len(lead) - len(bar) - len(points) - 3
        line = Text.assemble((lead, style), set_cell_size(visible(name), room), " ", (bar, style), f"  {points}")
        self._console.print(line, style=style if not mark else None)
        if details:
            self._console.print(Text(self._indented(details, 4), style="dim"))

    def difference(self, difference: Difference) -> None:
        """Print how one file of the learner's differs from the solution's."""
        self.line(N_("The solution: {path}"), style="bold", path=difference.solution)
        if difference.lines is None:
            self.line(N_("Your {path} can't be compared: it is missing, or too long."), path=difference.yours)
        elif not difference.lines:
            self.line(N_("Yours says the same."))
        for line in difference.lines or ():
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            self._console.print(Text(visible(line), style=style))

    def restore(self) -> None:
        """Bring a terminal back in which a run was ended while it showed a spinner."""
        if self._console.is_terminal:
            self._console.show_cursor(True)
            self._console.control(Control((ControlType.CARRIAGE_RETURN,), (ControlType.ERASE_IN_LINE, 2)))

    def summary(self, run: Run, commands: dict[str, str]) -> None:
        """Print the points of each exercise and what to do next.

        Args:
            run: what was found.
            commands: for each exercise id, the command that grades it on a backend with everything.
        """
        self._fold_held()
        for exercise in run.exercises:
            self._console.print()
            self._console.print(self._sum(exercise, run.of(exercise)))
            if exercise.id in self._begun and any(verdict.blocked_by for verdict in run.of(exercise)):
                self.line(N_("  The checks marked · build on one that didn't pass, and weren't run."), style="dim")
            if points_not_graded(run.of(exercise)) and exercise.id in commands:
                self.line(N_("  Grade the rest with: {command}"), command=commands[exercise.id])
        self._console.print()
        if run.label == "exercises" and not self._begun:
            path = run.exercises[0].file("exercises").relative_to(ROOT).as_posix()
            self.line(
                N_("Open {path} and write what it asks for. `nox -s watch` grades whenever you save it."), path=path
            )

    def _sum(self, exercise: Exercise, verdicts: tuple[Verdict, ...]) -> Text:
        numbers = {"earned": earned(verdicts), "points": exercise.points, "id": exercise.id}
        statuses = {verdict.status for verdict in verdicts}
        style = "bold red" if "fail" in statuses else "bold green" if "pass" in statuses else "bold yellow"
        text = said(N_("{id}: {earned:g} of {points:g} points"), **numbers)
        if missing := points_not_graded(verdicts):
            text += said(N_(", {missing:g} not graded"), missing=missing)
        return Text(text, style=style)

    def _ended(self, verdict: Verdict) -> None:
        """Print a check; those of an exercise in which nothing is written yet but the first are kept for one line."""
        exercise = verdict.check.exercise
        if exercise in self._shown_in_full and exercise not in self._begun and _is_to_be_written(verdict):
            self._held.append(verdict)
            return
        if not _is_to_be_written(verdict):
            self._begun.add(exercise)
            for held in self._held:
                self._console.print(self._check_line(held, brief=True))
            self._held.clear()
        first = verdict.status == "fail" and exercise not in self._shown_in_full
        self._console.print(self._check_line(verdict, brief=not first))
        if first:
            self._shown_in_full.add(exercise)
            self._in_full(verdict)

    def _fold_held(self) -> None:
        if self._held:
            self.line(N_("  · {count} more checks wait until something is written"), style="dim", count=len(self._held))
        self._held.clear()

    def _check_line(self, verdict: Verdict, brief: bool) -> Text:
        mark, style = MARKS["not_run" if verdict.blocked_by else verdict.status]
        points = f"{verdict.check.points:g}" if verdict.status == "pass" else f"0/{verdict.check.points:g}"
        points = "–" if verdict.status == "not_graded" else points
        title = translated(verdict.check.title)
        room = self._width - 4 - len(points) - 1
        head, *rest = self._folded(title, room)
        line = Text.assemble((f"  {mark} ", style), set_cell_size(head, room), (f" {points}", style))
        for part in rest:
            line.append("\n    " + part)
        if brief and verdict.status != "pass" and not verdict.blocked_by and verdict.outcome.reason is not None:
            reason = " ".join(visible(said(verdict.outcome.reason)).split())
            if verdict.status == "not_graded":
                line.append("\n" + self._indented(said(N_("not graded: {reason}"), reason=reason), 6), style="dim")
            else:
                short = Text(reason)
                short.truncate(self._width - 6, overflow="ellipsis")
                line.append("\n      " + short.plain, style="dim")
        return line

    def _in_full(self, verdict: Verdict) -> None:
        """Print why a check failed, the learner's own lines, and what the code printed."""
        outcome = verdict.outcome
        if outcome.reason is not None:
            self._console.print(Text(self._indented(said(outcome.reason), 6)))
        if outcome.where:
            self.line(N_("      in your file:"), style="dim")
            self._console.print(Text(self._indented(outcome.where, 8)))
        if outcome.printed.strip():
            self.line(N_("      your code printed:"), style="dim")
            lines = self._folded(outcome.printed.rstrip(), self._width - 10)
            cut = len(lines) - PRINTED_LINES
            for printed in lines[:PRINTED_LINES]:
                self._console.print(Text("        │ " + printed))
            if cut > 0:
                self.line(N_("        … {cut} more lines stand in reports/results.json"), style="dim", cut=cut)

    def _indented(self, text: str, by: int) -> str:
        return "\n".join(" " * by + line for line in self._folded(text, self._width - by))

    def _folded(self, text: str, width: int) -> list[str]:
        """Break a text into lines of at most `width` columns, of which a Korean letter takes two."""
        return [line.plain.rstrip() for line in Text(visible(text)).wrap(self._console, width)] or [""]


def _is_to_be_written(verdict: Verdict) -> bool:
    """Say whether a check tells nothing but that there is no code yet."""
    reason = verdict.outcome.reason
    unwritten = verdict.status == "fail" and reason is not None and reason.id == "not_implemented"
    return unwritten or verdict.blocked_by is not None or verdict.outcome.kind == "lacking"


def visible(text: str) -> str:
    """Return a text whose control characters can be seen and do nothing to a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    if character == "\t":
        return "    "
    return character.encode("unicode_escape").decode()
