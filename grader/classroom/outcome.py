"""What is known of a class that was graded: whose work, what came of each, and under which conditions.

The grading writes an `Outcome` for each submission as it ends, in `OUT/submissions/<safe name>/outcome.json`; pages,
tables and the files for other programs are made of those alone, so that a class can be written again, or joined from
several machines, without grading anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from infra.messages import Message

OUTCOME_FORMAT = "milvus-dojo/outcome/v1"
CLASS_FORMAT = "milvus-dojo/class/v1"

Status = Literal["graded", "nothing", "refused", "not_graded"]
"""`graded`: it has results. `nothing`: nothing that the class grades was handed in, which earns nothing. `refused`:
what was handed in can't be opened safely (a zip bomb, a link out of its folder), which earns nothing either.
`not_graded`: the kit or the machine failed; the same command, given again, goes on with this submission."""


@dataclass(frozen=True)
class Learner:
    """Who handed in.

    Attributes:
        folder: the name of the folder, zip file or checkout, as it was handed in: hostile text.
        id: what the roster calls this learner; the folder's name where there is no roster.
        pseudonym: what the page and other places that a class can see show instead.
    """

    folder: str
    id: str
    pseudonym: str


@dataclass(frozen=True)
class Outcome:
    """What came of one submission.

    Attributes:
        learner: whose it is.
        status: see `Status`.
        key: a digest of everything that the verdicts follow from (files handed in, checks, seed, backend, versions).
        seed: the seed of this learner's data.
        trouble: why there are no results; None where there are some.
        changed: files of the kit that the submission has changed, by relative name: reported, never used.
        commit: the commit of a git checkout; empty elsewhere.
        results: the run as `results.schema.json` describes it (`grader.results.document`); None where nothing was run.
            Of a submission that isn't graded, those exercises that were, and needn't be again.
        keys: what `key` is, for each exercise by its id.
    """

    learner: Learner
    status: Status
    key: str
    seed: int
    trouble: Message | None = None
    changed: tuple[str, ...] = ()
    commit: str = ""
    results: Mapping[str, Any] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassInfo:
    """The conditions under which a class was graded.

    Attributes:
        title: what the page is headed by, such as the name of the course; may be empty.
        began: when, in UTC.
        kit: version and commit of the kit whose checks graded.
        backend: which backend graded.
        milvus: what its server calls itself.
        python: version of the interpreter that graded.
        exercises: the ids that were graded, in order.
        isolation: `bubblewrap`, or `none` where the teacher trusts the submissions.
        seconds: how long it took, over all starts; 0 while it isn't finished.
        points: what exercises are worth in this class, by id; the kit's own points count for what isn't in it.
    """

    title: str
    began: datetime
    kit: str
    backend: str
    milvus: str
    python: str
    exercises: tuple[str, ...]
    isolation: str
    seconds: float = 0.0
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Class:
    """A class and everything that came of it, in the order of the learners' ids."""

    info: ClassInfo
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple)
