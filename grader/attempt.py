"""One run of one check: whose code, where, what stopped it, and so what it showed."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from fixtures.milvus import Milvus
from grader.check import NotGraded, Reason, because
from grader.explain import explained
from grader.measured import Measured
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.launch import LaunchError
from grader.runner.source import Source
from grader.runner.submission import Submission
from grader.verdict import Outcome, Where


@dataclass
class Attempt:
    """One run of one check: whose code, where, and what it has shown so far.

    Attributes:
        source: the code.
        limits: what its process may use.
        where: on which kind of server.
        milvus: the server and the database, once they are open.
        submission: the code in its process, once a check asked for it.
        error: what ended the run, if it didn't pass.
        server_is_gone: whether Milvus didn't answer any more after a run that didn't pass.
        measured: charts and tables for the report.
    """

    source: Source
    limits: Limits
    where: Where
    milvus: Milvus | None = None
    submission: Submission | None = None
    error: BaseException | None = None
    server_is_gone: bool = False
    measured: list[Measured] = field(default_factory=list)


class CheckTookTooLong(Exception):
    """A check didn't end in its time though every call of learner code did."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise in the check when it takes too long (where the platform has interval timers)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise CheckTookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome_of(attempt: Attempt, seconds: float) -> Outcome:
    """Return what an attempt showed, and what it has measured."""
    return replace(_ended(attempt, seconds), measured=tuple(attempt.measured))


def _ended(attempt: Attempt, seconds: float) -> Outcome:
    """Read what an attempt showed from the exception that ended it."""
    printed = "" if attempt.submission is None else attempt.submission.printed
    if attempt.server_is_gone:
        # Whoever ended it, and whatever the code then raised: a check without a server shows nothing about the code.
        gone = because("milvus_gone", "Milvus was gone when the check ended")
        return Outcome("broken", gone, printed=printed, seconds=seconds)
    match attempt.error:
        case None:
            return Outcome("passed", printed=printed, seconds=seconds)
        case LearnerError() as error:
            own = error.kind in ("not_implemented", "not_loaded", "no_function", "signature")
            return Outcome("failed", explained(error, attempt.limits), own, error.where, printed, seconds)
        case AssertionError(args=(Reason() as reason, *_)):
            return Outcome("failed", reason, printed=printed, seconds=seconds)
        case NotGraded(reason=reason, undecided=undecided):
            return Outcome("undecided" if undecided else "not_shown", reason, printed=printed, seconds=seconds)
        case error:
            return Outcome("broken", _trouble(error), printed=printed, seconds=seconds)


def _trouble(error: BaseException) -> Reason:
    """Say in one sentence what broke that isn't the learner's."""
    if isinstance(error, CheckTookTooLong):
        return because("check_time_limit", "the check itself didn't end in its time")
    if isinstance(error, LaunchError):
        return because("launch_failed", "the kit couldn't start a process for the code: {detail}", detail=str(error))
    message: Any = getattr(error, "message", None) or str(error)
    return because(
        "kit_failed",
        "the kit couldn't finish this check: {type}: {detail}",
        type=type(error).__name__,
        detail=str(message)[:300],
    )
