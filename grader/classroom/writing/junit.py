"""`junit.xml`: the class for CI systems, a suite a learner, by pseudonym since many people can look at a CI system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader import junit
from grader.classroom.marks import rows
from grader.classroom.outcome import Class, Outcome, Status
from grader.sentences import english

LONGEST = 4_000
"""Characters of what one check printed that are kept, of those that didn't pass; `results/` has all."""
_ENDS: dict[Status, junit.End] = {"nothing": "fail", "refused": "fail", "not_graded": "error"}


def xml(class_: Class) -> str:
    """Return the class as JUnit XML: what couldn't be graded is skipped, and an error where nothing could be."""
    return junit.xml((outcome.learner.pseudonym, list(_cases(outcome))) for outcome in class_.outcomes)


def _cases(outcome: Outcome) -> Iterator[junit.Case]:
    if outcome.status != "graded":
        yield junit.Case(
            "submission",
            "the submission can be graded",
            _ENDS[outcome.status],
            reason=outcome.status,
            message=english(outcome.trouble),
        )
    for row in rows(outcome):
        for check in row["checks"]:
            case = junit.case(row["id"], check)
            yield replace(case, printed="" if case.end == "pass" else case.printed[:LONGEST])
