"""The learners' rows, and what a cell opens: that learner's exercises with the checks that didn't pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.classroom.marks import Mark, Marks, rows
from grader.classroom.outcome import Class, Outcome
from grader.classroom.page.words import STATUS_WORDS
from grader.report.graded import GradedCheck, Room, graded_check, inert
from grader.report.rows import UNWRITTEN, check_row
from grader.sentences import told
from grader.translate import said, translated
from infra.messages import N_

UNKNOWN = "–"
NAME = 40
"""Characters of a pseudonym."""
MOST_FILES = 8
"""Changed files of one submission that are named."""


@dataclass(frozen=True)
class Space:
    """What is shown of one cell's checks: less in a large class, so that the page stays small.

    Attributes:
        room: of each check.
        in_full: how many checks are shown in full; the rest by title.
    """

    room: Room
    in_full: int


SMALL, LARGE = Space(Room(600, 1_200, 15), 5), Space(Room(300, 240, 5), 2)
LARGE_FROM = 800
"""Cells of the table from which a class is large."""


def shown(class_: Class, every: Sequence[Marks]) -> list[dict[str, Any]]:
    """Return what the page shows of each learner, by pseudonym."""
    pairs = sorted(zip(class_.outcomes, every, strict=True), key=lambda pair: _order(pair[0].learner.pseudonym))
    space = LARGE if len(pairs) * len(class_.info.exercises) >= LARGE_FROM else SMALL
    return [_learner(f"l{n}", outcome, own, space) for n, (outcome, own) in enumerate(pairs, 1)]


def changed(class_: Class) -> list[tuple[str, list[str], str]]:
    """Return pseudonyms, the kit's files that their submissions changed, and how many more there are."""
    found = sorted((o for o in class_.outcomes if o.changed), key=lambda o: _order(o.learner.pseudonym))
    return [
        (
            _name(outcome),
            [inert(name).replace("\n", "\\n") for name in outcome.changed[:MOST_FILES]],
            said(N_("and {count} more"), count=more) if (more := len(outcome.changed) - MOST_FILES) > 0 else "",
        )
        for outcome in found
    ]


def share_class(mark: Mark | None) -> str:
    """Return the name of a cell's colour."""
    share = None if mark is None else mark.share
    if share is None:
        return "open"
    return "s4" if share >= 1 else "s3" if share > 2 / 3 else "s2" if share > 1 / 3 else "s1" if share > 0 else "s0"


def percent(mark: Mark | None) -> str:
    """Return a share of the graded points as text."""
    share = None if mark is None else mark.share
    # 99.6 isn't all.
    return UNKNOWN if share is None else f"{min(round(100 * share), 99) if share < 1 else 100}"


def _name(outcome: Outcome) -> str:
    return inert(outcome.learner.pseudonym, NAME).replace("\n", "\\n")


def _order(pseudonym: str) -> tuple[str, str]:
    return pseudonym.casefold(), pseudonym


def _learner(anchor: str, outcome: Outcome, own: Marks, space: Space) -> dict[str, Any]:
    found = {row["id"]: row for row in rows(outcome)}
    total = own.total
    return {
        "anchor": anchor,
        "pseudonym": _name(outcome),
        "status": outcome.status,
        "word": said(STATUS_WORDS[outcome.status]),
        "trouble": inert(told(outcome.trouble), 600) if outcome.trouble else "",
        "total": UNKNOWN if total is None else f"{total.earned:g}",
        "of": "" if total is None else f"{total.graded:g}",
        "not_graded": "" if not total or not total.not_graded else f"{total.not_graded:g}",
        "percent": percent(total),
        "share": -1.0 if total is None or total.share is None else total.share,
        "colour": share_class(total),
        "cells": [_cell(id_, mark, found.get(id_), anchor) for id_, mark in own.by_exercise.items()],
        "exercises": [_exercise(row, own.by_exercise.get(id_), anchor, space) for id_, row in found.items()],
    }


def _cell(exercise: str, mark: Mark | None, row: Mapping[str, Any] | None, anchor: str) -> dict[str, Any]:
    text = UNKNOWN if mark is None else "?" if mark.share is None else f"{mark.earned:g}"
    partly = mark is not None and mark.share is not None and mark.not_graded > 0
    return {
        "colour": share_class(mark),
        "text": text + "?" * partly,
        "anchor": f"{anchor}-{exercise}" if row is not None else None,
    }


def _exercise(row: Mapping[str, Any], mark: Mark | None, anchor: str, space: Space) -> dict[str, Any]:
    read = (graded_check(check | {"measured": []}, space.room) for check in row["checks"] if check["status"] != "pass")
    open_ = [check for check in read if check is not None]
    telling = [check for check in open_ if not _is_silent(check)]
    # Where nothing is written at all, one check says so for all.
    full = telling[: space.in_full] or open_[:1]
    return {
        "anchor": f"{anchor}-{row['id']}",
        "title": f"{row['id']} {inert(translated(row['title']))}",
        "points": "" if mark is None else _points(mark),
        "checks": [_row(check, number == 0) for number, check in enumerate(full)],
        "others": [check.title for check in open_ if check not in full],
    }


def _points(mark: Mark) -> str:
    text = f"{mark.earned:g}/{mark.points:g}"
    return text + said(N_(", {missing:g} not graded"), missing=mark.not_graded) if mark.not_graded else text


def _is_silent(check: GradedCheck) -> bool:
    """Say whether a check tells nothing but that another one, or the code, comes first."""
    return check.blocked or check.reason == UNWRITTEN


def _row(check: GradedCheck, with_printed: bool) -> dict[str, Any]:
    # The file's name is made of the learner's id, which has no place here.
    row = check_row(check, "results/")
    return row if with_printed else row | {"printed": {"text": "", "note": ""}}
