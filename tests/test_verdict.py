"""Verdicts from scripted runs of a check: what passes, what fails, what isn't graded, and what can't be bought."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.check import Check, because
from grader.session import Run
from grader.verdict import Kind, Outcome, Status, Verdict, Where, Who, judge

CHECK = Check("1.3", "finds_films", "finds films", 1, (), frozenset(), "seen", False, 60)
KINDS: tuple[Kind, ...] = ("passed", "failed", "not_shown", "broken")

PASSED = Outcome("passed")
FAILED = Outcome("failed", because("wrong_order", "The order is wrong."), where="ex.py:3", printed="hello")
STUB = Outcome("failed", because("not_implemented", "Not implemented yet."), own=True)
UNDECIDED = Outcome("undecided", because("too_noisy", "The machine is too noisy."))
NOT_SHOWN = Outcome("not_shown", because("never_stale", "This server was never stale."))
BROKEN = Outcome("broken", because("kit_failed", "Milvus is gone."), printed="hello")


class Record:
    """A green record in memory."""

    def __init__(self, known: Kind | None = None) -> None:
        self.known = known
        self.recorded: list[Kind] = []

    def get(self, check: Check) -> Kind | None:
        assert check is CHECK
        return self.known

    def record(self, check: Check, kind: Kind) -> None:
        assert check is CHECK
        self.recorded.append(kind)
        if kind in ("passed", "not_shown"):
            self.known = kind


class Script:
    """Attempts that end as they are told, each at most once."""

    def __init__(self, shared: Outcome, private: Outcome | None = None, reference: Outcome | None = None) -> None:
        self._outcomes = {
            ("submission", "shared"): shared,
            ("submission", "private"): private,
            ("reference", "reference"): reference,
        }
        self.ran: list[str] = []

    def __call__(self, who: Who, where: Where) -> Outcome:
        outcome = self._outcomes.pop((who, where))
        assert outcome is not None, f"nobody asked for {who} on {where}"
        self.ran.append(f"{who} {where}")
        return outcome


def judged(script: Script, record: Record) -> tuple[Status, Outcome]:
    return judge(CHECK, script, record)


def test_a_pass_needs_no_second_run() -> None:
    script = Script(PASSED)
    assert judged(script, Record()) == ("pass", PASSED)
    assert script.ran == ["submission shared"]


def test_a_failure_where_the_reference_is_known_to_pass_is_a_failure_at_once() -> None:
    script, record = Script(FAILED), Record("passed")
    assert judged(script, record) == ("fail", FAILED)
    assert script.ran == ["submission shared"]
    assert record.recorded == []


def test_a_first_failure_asks_the_reference_once_and_keeps_that_it_passed() -> None:
    record = Record()
    script = Script(FAILED, reference=PASSED)
    assert judged(script, record) == ("fail", FAILED)
    assert script.ran == ["submission shared", "reference reference"]
    assert record.recorded == ["passed"]
    again = Script(FAILED)
    assert judged(again, record) == ("fail", FAILED)
    assert again.ran == ["submission shared"]


def test_a_failure_of_the_code_itself_needs_no_second_opinion() -> None:
    script, record = Script(STUB), Record()
    assert judged(script, record) == ("fail", STUB)
    assert script.ran == ["submission shared"]
    assert record.recorded == []


@pytest.mark.parametrize("reference", [FAILED, NOT_SHOWN, BROKEN], ids=lambda outcome: outcome.kind)
def test_a_failure_where_the_reference_does_not_pass_either_is_not_graded(reference: Outcome) -> None:
    status, outcome = judged(Script(FAILED, reference=reference), Record())
    assert status == "not_graded"
    assert outcome.kind == ("broken" if reference is BROKEN else "not_shown")
    assert outcome.printed == FAILED.printed
    assert outcome.reason is not None
    assert outcome.reason.id == "reference_fails"
    assert str(reference.reason) in str(outcome.reason)


def test_a_failure_where_nothing_could_be_seen_before_asks_the_reference_what_can_be_seen_now() -> None:
    status, outcome = judged(Script(FAILED, reference=NOT_SHOWN), Record("not_shown"))
    assert status == "not_graded"
    assert outcome.reason is not None
    assert outcome.reason.id == "reference_fails"
    assert judged(Script(FAILED, reference=PASSED), Record("not_shown")) == ("fail", FAILED)


def test_what_broke_beside_others_and_passes_alone_is_a_pass() -> None:
    script = Script(BROKEN, private=PASSED)
    assert judged(script, Record()) == ("pass", PASSED)
    assert script.ran == ["submission shared", "submission private"]


def test_what_broke_beside_others_and_fails_alone_is_a_failure() -> None:
    assert judged(Script(BROKEN, private=FAILED), Record("passed")) == ("fail", FAILED)


@pytest.mark.parametrize("twice", [BROKEN, NOT_SHOWN], ids=lambda outcome: outcome.kind)
def test_what_breaks_twice_where_the_reference_passes_is_a_failure(twice: Outcome) -> None:
    script = Script(twice, private=twice, reference=PASSED)
    status, outcome = judged(script, Record())
    assert status == "fail"
    assert outcome.kind == "failed"
    assert outcome.printed == twice.printed
    assert outcome.reason is not None
    assert outcome.reason.id == "broke_the_server"
    assert str(twice.reason) in str(outcome.reason)
    assert script.ran == ["submission shared", "submission private", "reference reference"]


def test_what_breaks_for_the_reference_too_is_not_graded_and_is_looked_at_again() -> None:
    record = Record()
    script = Script(BROKEN, private=BROKEN, reference=BROKEN)
    assert judged(script, record) == ("not_graded", BROKEN)
    assert record.get(CHECK) is None
    again = Script(BROKEN, private=BROKEN, reference=PASSED)
    assert judged(again, record)[0] == "fail"


def test_what_breaks_now_is_not_blamed_on_the_code_because_the_reference_passed_last_week() -> None:
    """Milvus may not start any more, for nobody: the record knows only what was."""
    script = Script(BROKEN, private=BROKEN, reference=BROKEN)
    assert judged(script, Record("passed")) == ("not_graded", BROKEN)


def test_that_nothing_can_be_seen_is_kept_and_then_needs_one_run() -> None:
    record = Record()
    assert judged(Script(NOT_SHOWN, private=NOT_SHOWN, reference=NOT_SHOWN), record) == ("not_graded", NOT_SHOWN)
    assert record.recorded == ["not_shown"]
    again = Script(NOT_SHOWN)
    assert judged(again, record) == ("not_graded", NOT_SHOWN)
    assert again.ran == ["submission shared"]


@given(st.sampled_from(KINDS), st.sampled_from(KINDS), st.sampled_from(KINDS), st.sampled_from([None, *KINDS]))
def test_nothing_but_a_passed_run_of_the_submission_is_a_pass(
    shared: Kind, private: Kind, reference: Kind, known: Kind | None
) -> None:
    reason = because("why", "why")
    script = Script(*(Outcome(kind, reason) for kind in (shared, private, reference)))
    status, outcome = judged(script, Record(known))
    decided = {"submission shared": shared, "submission private": private}
    last = [decided[run] for run in script.ran if run in decided][-1]
    assert (status == "pass") == (last == "passed")
    assert (outcome.kind == "passed") == (status == "pass")
    if status == "fail":
        assert outcome.kind == "failed"


@given(st.sampled_from(KINDS), st.sampled_from([None, *KINDS]))
def test_what_the_code_did_by_itself_is_never_ungraded(private: Kind, known: Kind | None) -> None:
    broken_first = Script(BROKEN, private=STUB, reference=Outcome(private))
    assert judged(broken_first, Record(known))[0] == "fail"
    assert judged(Script(STUB, reference=Outcome(private)), Record(known))[0] == "fail"


# Exit codes.


def run_of(*statuses: Status) -> Run:
    verdicts = tuple(Verdict(CHECK, status, PASSED if status == "pass" else FAILED) for status in statuses)
    return Run((), verdicts, "lite", "lite 3.2.2", "exercises", datetime.now(UTC), 1.0, seed=1)


@pytest.mark.parametrize(
    ("statuses", "lenient", "strict"),
    [
        ([], 2, 2),
        (["pass"], 0, 0),
        (["fail"], 1, 1),
        (["not_graded"], 2, 2),
        (["pass", "pass"], 0, 0),
        (["pass", "fail"], 1, 1),
        (["pass", "not_graded"], 0, 2),
        (["fail", "not_graded"], 1, 1),
        (["pass", "fail", "not_graded"], 1, 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_the_exit_code_says_what_happened(statuses: list[Status], lenient: int, strict: int) -> None:
    assert run_of(*statuses).exit_code(strict=False) == lenient
    assert run_of(*statuses).exit_code(strict=True) == strict


@given(st.lists(st.sampled_from(["pass", "fail", "not_graded"]), max_size=6), st.booleans())
def test_exit_code_0_means_that_something_passed_and_nothing_failed(statuses: list[Status], strict: bool) -> None:
    zero = run_of(*statuses).exit_code(strict) == 0
    allowed = {"pass"} if strict else {"pass", "not_graded"}
    assert zero == ("pass" in statuses and set(statuses) <= allowed)


@pytest.mark.parametrize("reference", [PASSED, FAILED, UNDECIDED])
def test_noise_is_nobodys_fault_whatever_the_reference_would_do(reference: Outcome) -> None:
    script = Script(UNDECIDED, UNDECIDED, reference=reference)
    assert judged(script, Record("passed")) == ("not_graded", UNDECIDED)


def test_a_failure_that_is_clear_in_spite_of_noise_stands_where_the_reference_cannot_be_timed() -> None:
    assert judged(Script(FAILED, reference=UNDECIDED), Record()) == ("fail", FAILED)
    assert judged(Script(BROKEN, private=BROKEN, reference=UNDECIDED), Record()) == ("not_graded", BROKEN)


def test_what_noise_hid_may_show_alone_on_a_fresh_server() -> None:
    assert judged(Script(UNDECIDED, PASSED, reference=PASSED), Record("passed")) == ("pass", PASSED)
    assert judged(Script(UNDECIDED, FAILED, reference=PASSED), Record("passed")) == ("fail", FAILED)


@pytest.mark.parametrize(("outcome", "status"), [(FAILED, "fail"), (BROKEN, "not_graded"), (NOT_SHOWN, "not_graded")])
def test_without_a_reference_a_failure_stands_and_nothing_else_costs_points(outcome: Outcome, status: Status) -> None:
    script, record = Script(outcome, private=outcome), Record()
    assert judge(CHECK, script, record, referenced=False) == (status, outcome)
    assert record.recorded == []


def test_without_a_reference_what_works_alone_still_passes() -> None:
    assert judge(CHECK, Script(BROKEN, private=PASSED), Record(), referenced=False) == ("pass", PASSED)
