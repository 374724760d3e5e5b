"""`class.csv`: a row a learner, for spreadsheets and gradebooks; the only file that leads from a pseudonym to an id.

A cell that a spreadsheet would take for a formula begins with an apostrophe instead. Whoever handed in nothing, or
something that can't be opened safely, has 0 points and 0 %; only what wasn't graded has empty cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from grader.classroom.marks import Mark, Marks, marks
from grader.classroom.outcome import Class, Outcome
from grader.sentences import english
from grader.terminal import visible

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for another encoding."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; wide forms too, which spreadsheets of East Asia take for the narrow ones."""
LONGEST = 2_000
"""Characters of a cell; Excel takes 32,767."""


def csv_text(class_: Class) -> str:
    """Return the table; its lines end with a line feed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(_heads(class_))
    for outcome, own in zip(class_.outcomes, marks(class_), strict=True):
        writer.writerow(_row(outcome, own))
    return BYTE_ORDER_MARK + stream.getvalue()


def cell(text: str) -> str:
    """Return a text as a cell that shows it, whatever it is: no formula, in one line, control characters visible."""
    shown = visible(text).replace("\n", "\\n")
    shown = shown[:LONGEST] + "…" * (len(shown) > LONGEST)
    return "'" + shown if text.startswith(FORMULA) or shown.lstrip().startswith(FORMULA) else shown


def _heads(class_: Class) -> Iterator[str]:
    yield from ("id", "pseudonym", "status")
    for exercise in class_.info.exercises:
        yield f"{exercise} earned"
        yield f"{exercise} percent"
    yield from ("total earned", "total percent", "points graded", "points not graded", "points in all")
    yield from ("changed files of the kit", "trouble")


def _row(outcome: Outcome, own: Marks) -> Iterator[str]:
    yield from (cell(outcome.learner.id), cell(outcome.learner.pseudonym), outcome.status)
    for mark in own.by_exercise.values():
        yield from _earned(mark)
    yield from _earned(own.total)
    total = own.total
    yield from ("", "", "") if total is None else map(_number, (total.graded, total.not_graded, total.points))
    yield cell("; ".join(outcome.changed))
    yield cell(english(outcome.trouble))


def _earned(mark: Mark | None) -> tuple[str, str]:
    """Return points and per cent of the graded ones; both empty where nothing could be graded."""
    if mark is None or mark.share is None:
        return "", ""
    return _number(mark.earned), _number(100 * mark.share)


def _number(value: float) -> str:
    return f"{round(value, 2):.10g}"
