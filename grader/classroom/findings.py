"""What a class has in common: which checks stopped most learners, and what couldn't be graded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.classroom.marks import rows
from grader.classroom.outcome import Class

Check = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """A check that didn't pass for some learners.

    Attributes:
        exercise: its exercise's id.
        title: what was checked, a msgid.
        learners: for how many it didn't pass.
        of: how many had it run.
        reason: the commonest reason's id.
        example: a check, as results keep it, that ended with the commonest sentence of that reason.
        with_reason: how many ended with that reason.
    """

    exercise: str
    title: str
    learners: int
    of: int
    reason: str
    example: Check
    with_reason: int


def most_failed(class_: Class) -> list[Finding]:
    """Return the checks that stopped somebody, those first that stopped most; a check that wasn't run stops nobody."""
    return _found(class_, lambda check: check["status"] == "fail" and check["blocked_by"] is None)


def ungraded(class_: Class) -> list[Finding]:
    """Return the checks that couldn't be graded for somebody, those first for whom that is so most often."""
    return _found(class_, lambda check: check["status"] == "not_graded" and check["blocked_by"] is None)


def _found(class_: Class, counts: Callable[[Check], bool]) -> list[Finding]:
    seen: Counter[str] = Counter()
    hits: dict[str, list[Check]] = defaultdict(list)
    exercise_of: dict[str, str] = {}
    for exercise, check in _checks(class_):
        seen[check["id"]] += check["blocked_by"] is None
        if counts(check):
            exercise_of[check["id"]] = exercise
            hits[check["id"]].append(check)
    found = [_finding(exercise_of[id_], seen[id_], checks) for id_, checks in hits.items()]
    return sorted(found, key=lambda one: -one.learners)


def _checks(class_: Class) -> Iterator[tuple[str, Check]]:
    for outcome in class_.outcomes:
        for row in rows(outcome):
            for check in row["checks"]:
                yield row["id"], check


def _finding(exercise: str, of: int, checks: list[Check]) -> Finding:
    (reason, with_reason), *_ = Counter(check["reason"] for check in checks).most_common(1)
    same = [check for check in checks if check["reason"] == reason]
    (sentence, _), *_ = Counter(check["message"] for check in same).most_common(1)
    example = next(check for check in same if check["message"] == sentence)
    return Finding(exercise, str(checks[0]["title"]), len(checks), of, str(reason), example, with_reason)
