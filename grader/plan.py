"""What one grading run grades, and under which limits."""

from __future__ import annotations

from dataclasses import dataclass

from grader.runner.guard import Limits
from grader.runner.source import Source


@dataclass(frozen=True)
class Crowd:
    """How one submission among many shares the machine with the others.

    Attributes:
        budget_s: seconds that all its checks may run, after which those that are left have failed.
        others: whether others are graded at the same time.
    """

    budget_s: float
    others: bool


@dataclass(frozen=True)
class Plan:
    """What one grading run grades.

    Attributes:
        sources: the submission of each exercise id.
        references: the solution of each exercise id; none in a repository that was made for a class.
        limits: what a learner's process may use, by exercise id.
        needs: the abilities without which nothing of an exercise can be graded, by exercise id.
        only: names of the checks to run, with what they depend on; None for all.
        seed: the source of every check's data.
        crowd: how it shares the machine with other submissions; None where it doesn't.
    """

    sources: dict[str, Source]
    references: dict[str, Source]
    limits: dict[str, Limits]
    needs: dict[str, frozenset[str]]
    only: frozenset[str] | None = None
    seed: int = 0
    crowd: Crowd | None = None
