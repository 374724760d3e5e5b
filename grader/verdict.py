"""How one check's runs become a verdict: pass, fail, or not graded, which can't be bought.

An `Outcome` is what one run of a check showed. A run that neither passed nor failed is `not_shown`, where the check's
own control said that nothing can be seen here, `undecided`, where it measured and noise hid the result, or `broken`,
where Milvus was gone or the kit itself failed. (A check isn't even run where the backend is known to be `lacking` what
it needs.) `judge` decides from the submission's outcome, a retry alone on a fresh private server, and what the
reference does on another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from grader.check import Check, Reason, because
from grader.measured import Measured

Status = Literal["pass", "fail", "not_graded"]
Kind = Literal["passed", "failed", "lacking", "not_shown", "undecided", "broken"]
Who = Literal["submission", "reference"]
Where = Literal["shared", "private", "reference"]


@dataclass(frozen=True)
class Outcome:
    """What one run of a check showed.

    Attributes:
        kind: see the top of this module.
        reason: why it didn't pass.
        own: whether the code failed by itself, whatever the server is, so that no second opinion is needed.
        where: the learner's own lines that an exception came through.
        printed: what the learner's code printed.
        seconds: how long the run took.
        measured: charts and tables for the report, also of a run that failed.
    """

    kind: Kind
    reason: Reason | None = None
    own: bool = False
    where: str = ""
    printed: str = ""
    seconds: float = 0.0
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The end of one check.

    Attributes:
        check: what was checked.
        status: pass, fail or not graded.
        outcome: the run that decided it.
        blocked_by: the check that this one depends on, where that kept it from being run.
        seconds: how long all its runs took.
    """

    check: Check
    status: Status
    outcome: Outcome
    blocked_by: str | None = None
    seconds: float = 0.0


class Opinions(Protocol):
    """What is known of the reference on this backend version, check by check."""

    def get(self, check: Check) -> Kind | None:
        """Return how the reference ended, or None where that isn't known."""

    def record(self, check: Check, kind: Kind) -> None:
        """Keep how the reference ended, where that is a property of the backend and not of this moment."""


def judge(
    check: Check, attempt: Callable[[Who, Where], Outcome], opinions: Opinions, referenced: bool = True
) -> tuple[Status, Outcome]:
    """Decide a check's verdict.

    Args:
        check: the check.
        attempt: runs the check once, for the submission or the reference, on the shared server, on a fresh private
            one, or on one that this run's references share.
        opinions: the green record, read and extended.
        referenced: whether there is a reference to ask; without one a failure stands, and what broke isn't graded.

    Returns:
        The status, and the outcome that explains it.
    """
    known = opinions.get(check)
    outcome = attempt("submission", "shared")
    if outcome.kind == "not_shown" and known == "not_shown":
        return "not_graded", outcome
    if outcome.kind in ("broken", "not_shown", "undecided"):
        # Nobody gets out of a check by breaking the server: once more, alone, where only this code can break it.
        outcome = attempt("submission", "private")
    if outcome.kind == "passed":
        return "pass", outcome
    if outcome.kind == "undecided":
        # Whether the reference gets through just now says nothing: on a noisy machine that is luck, and no fail is.
        return "not_graded", outcome
    if outcome.own or (outcome.kind == "failed" and known == "passed"):
        return "fail", outcome
    if not referenced:
        return ("fail" if outcome.kind == "failed" else "not_graded"), outcome
    # A failure asks the reference once for each backend version; what broke asks whether it breaks for all just now.
    reference = attempt("reference", "reference")
    if known is None:
        opinions.record(check, reference.kind)
    if reference.kind == "passed" or (outcome.kind == "failed" and reference.kind == "undecided"):
        # A reference that can't be timed just now has answered right; a failure was clear in spite of the noise.
        return "fail", outcome if outcome.kind == "failed" else _broke_it(outcome)
    return "not_graded", _reference_fails(outcome, reference) if outcome.kind == "failed" else outcome


def _reference_fails(outcome: Outcome, reference: Outcome) -> Outcome:
    reason = because(
        "reference_fails",
        "the reference solution doesn't pass this check on this server either, so it says nothing about your code. "
        "What stopped the reference: {detail}",
        detail=reference.reason or "",
    )
    return replace(outcome, kind="broken" if reference.kind == "broken" else "not_shown", reason=reason)


def _broke_it(outcome: Outcome) -> Outcome:
    reason = because(
        "broke_the_server",
        "With your code this check can't be finished, twice, the second time alone on a fresh server; with the "
        "reference it can. It looks as if your code takes the server down, changes what isn't its own, or returns what "
        "the check can't make sense of. "
        "Seen last: {detail}",
        detail=outcome.reason,
    )
    return replace(outcome, kind="failed", reason=reason)
