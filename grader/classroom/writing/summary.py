"""`summary.md`: the class in short, for the step summary of GitHub Actions and for whatever else shows Markdown.

Many people can look at it, so it has pseudonyms, and no ids. All that may be hostile stands in tables of HTML, where
Markdown doesn't apply, as `<code>`, where nobody is mentioned and nothing becomes a link.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Sequence

from grader.classroom import findings
from grader.classroom.marks import Mark, Marks, marks
from grader.classroom.outcome import Class, Status
from grader.classroom.page.words import STATUS_WORDS
from grader.report.graded import graded_check, inert
from grader.sentences import told
from grader.translate import said, translated
from infra.messages import N_

LARGEST = 1 << 20
"""Bytes that GitHub takes of a step's summary."""
MOST_CHECKS, MOST_LEARNERS = 10, 1_000
"""Rows of a table; a class that is larger has its learners in class.csv."""
CELL = 400
"""Characters."""


def markdown(class_: Class) -> str:
    """Return the summary, below GitHub's limit."""
    every = marks(class_)
    parts = [
        f"# {said(N_('Class results'))}",
        _table([], _facts(class_)),
        f"## {said(N_('Exercises'))}",
        _exercises(class_, every),
    ]
    if failed := findings.most_failed(class_):
        parts += [f"## {said(N_('Most failed checks'))}", _findings(failed)]
    if open_ := findings.ungraded(class_):
        parts += [f"## {said(N_('Checks that were not graded'))}", _findings(open_)]
    if trouble := _trouble(class_):
        parts += [f"## {said(N_('Submissions without results'))}", trouble]
    parts += [f"## {said(N_('Learners'))}", _learners(class_, every)]
    text = "\n\n".join(parts) + "\n"
    return text if len(text.encode("utf-8", "replace")) < LARGEST else "\n\n".join(parts[:-2]) + "\n"


def _facts(class_: Class) -> list[list[str]]:
    info = class_.info
    counts = Counter(outcome.status for outcome in class_.outcomes)
    submissions = ", ".join(f"{counts[status]} {said(word)}" for status, word in STATUS_WORDS.items() if counts[status])
    facts = [
        (said(N_("Title")), info.title),
        (said(N_("Submissions")), submissions),
        (said(N_("Began")), info.began.strftime("%Y-%m-%d %H:%M UTC")),
        (said(N_("Kit")), info.kit),
        ("Milvus", f"{info.backend} · {info.milvus}"),
        ("Python", info.python),
        (said(N_("Isolation")), info.isolation),
    ]
    return [[html.escape(name), _code(value)] for name, value in facts if value]


def _exercises(class_: Class, every: Sequence[Marks]) -> str:
    heads = [said(N_("exercise")), said(N_("points")), said(N_("all points")), said(N_("average"))]
    body = []
    for exercise in class_.info.exercises:
        own = [one.by_exercise[exercise] for one in every]
        shares = [mark.share for mark in own if mark is not None and mark.share is not None]
        points = next((mark.points for mark in own if mark is not None), 0)
        average = f"{100 * sum(shares) / len(shares):.0f} %" if shares else "–"
        body.append([exercise, f"{points:g}", str(sum(share == 1 for share in shares)), average])
    return _table(heads, body)


def _findings(found: Sequence[findings.Finding]) -> str:
    heads = [said(N_("check")), said(N_("learners")), said(N_("commonest reason"))]
    body = []
    for one in found[:MOST_CHECKS]:
        check = graded_check(one.example)
        why = "" if check is None else f"{one.reason} ({one.with_reason}): {check.message}"
        body.append([_code(f"{one.exercise} {translated(one.title)}"), f"{one.learners} / {one.of}", _code(why)])
    return _table(heads, body)


def _trouble(class_: Class) -> str:
    heads = [said(N_("learner")), said(N_("status")), said(N_("why"))]
    body = [
        [_code(one.learner.pseudonym), _status(one.status), _code(told(one.trouble) if one.trouble else "")]
        for one in class_.outcomes
        if one.status != "graded"
    ]
    return _table(heads, body[:MOST_LEARNERS]) if body else ""


def _learners(class_: Class, every: Sequence[Marks]) -> str:
    heads = [said(N_("learner")), said(N_("status")), said(N_("points")), "%", said(N_("not graded"))]
    known = sorted(zip(class_.outcomes, every, strict=True), key=lambda pair: pair[0].learner.pseudonym)
    body = [
        [_code(outcome.learner.pseudonym), _status(outcome.status), *_points(own.total)]
        for outcome, own in known[:MOST_LEARNERS]
    ]
    more = len(known) - len(body)
    note = said(N_("{count} more learners stand in class.csv."), count=more)
    return _table(heads, body) + (f"\n\n{note}" if more else "")


def _points(total: Mark | None) -> tuple[str, str, str]:
    if total is None:
        return "–", "–", "–"
    share = "–" if total.share is None else f"{100 * total.share:.0f}"
    return f"{total.earned:g}/{total.graded:g}", share, f"{total.not_graded:g}"


def _status(status: Status) -> str:
    return said(STATUS_WORDS[status])


def _table(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table of HTML without an empty line, at which Markdown would begin again; cells are HTML already."""
    head = ["<tr>" + "".join(f"<th>{html.escape(head)}</th>" for head in heads) + "</tr>"] if heads else []
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in body]
    return "\n".join(["<table>", *head, *lines, "</table>"])


def _code(text: str) -> str:
    """Return a text as HTML that shows it in one line and does nothing else."""
    line = " ".join(inert(text, CELL).split())
    return f"<code>{html.escape(line)}</code>" if line else ""
