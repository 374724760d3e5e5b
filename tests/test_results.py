"""Reports: valid whatever learner code said, true in their sums, and never those of an earlier run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import progress, results
from grader.check import Check, because
from grader.curriculum import Exercise, find
from grader.measured import AT_MOST, Chart, Measured, Series, Table, as_json, from_json
from grader.session import Run
from grader.verdict import Outcome, Status, Verdict
from infra.messages import Message

EXERCISE = find("1.3")
SCHEMA = json.loads(results.SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
HOSTILE = "a\0b\x1b[31m]]>\ud800\ufffe <script>&amp;</failure> {braces} 한글 \U0001f3ac\r\n"


def check(name: str = "searches", points: float = 1.0) -> Check:
    return Check("1.3", name, f"the title of {name}", points, (), frozenset(), "seen", False, 60.0)


def verdict(status: Status = "pass", name: str = "searches", points: float = 1.0, text: str = "why") -> Verdict:
    """Return a verdict as a run makes it: with a reason wherever it isn't a pass."""
    if status == "pass":
        return Verdict(check(name, points), status, Outcome("passed", printed=text), seconds=0.25)
    kind = "failed" if status == "fail" else "not_shown"
    outcome = Outcome(kind, because("a_reason", "It said {text}.", text=text), where=text, printed=text)
    return Verdict(check(name, points), status, outcome, seconds=0.25)


def blocked(by: Status) -> Verdict:
    """Return the verdict of a check that wasn't run since the one before it ended as `by`."""
    reason = because("not_run", 'not run, since it builds on "{parent}"', parent="the title of searches")
    return Verdict(check("later"), by, Outcome("failed", reason), blocked_by="searches")


def run(*verdicts: Verdict, exercises: tuple[Exercise, ...] = (EXERCISE,)) -> Run:
    began = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Run(exercises, verdicts, "lite", "milvus-lite 3.2.2", "exercises", began, 1.5, 7)


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "REPORTS", tmp_path / "reports")
    return tmp_path / "reports"


def written(reports: Path, graded: Run) -> tuple[dict[str, Any], ElementTree.Element]:
    """Write both reports and read them back from the disk."""
    results.write(graded, strict=False)
    document: dict[str, Any] = json.loads((reports / "results.json").read_text(encoding="utf-8"))
    VALIDATOR.validate(document)
    return document, ElementTree.fromstring((reports / "junit.xml").read_bytes())


TRADE = Chart("a", "x", "y", (Series("s", "yours", ((1.5, 0.9, "ef=16"), (2, 0.95, ""))),), 4.1, None, log_x=True)
INDEXES = Table("b", ("index", "recall"), (("FLAT", 1), ("HNSW", 0.97), ("DISKANN", None)))
RUNS: dict[str, list[Verdict]] = {
    "pass": [verdict()],
    "fail": [verdict("fail")],
    "not graded": [verdict("not_graded")],
    "one of each": [verdict(), verdict("fail", "b"), verdict("not_graded", "c")],
    "blocked by a failure": [verdict("fail"), blocked("fail")],
    "blocked by something not graded": [verdict("not_graded"), blocked("not_graded")],
    "a reason with a pass": [replace(verdict(), outcome=Outcome("passed", because("x", "y")))],
    "hostile": [verdict(s, f"c{i}", 1, HOSTILE) for i, s in enumerate(("pass", "fail", "not_graded"))],
    "measured": [replace(verdict(), outcome=Outcome("passed", measured=(TRADE, INDEXES)))],
    "measured too much": [replace(verdict(), outcome=Outcome("passed", measured=(INDEXES,) * 500))],
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("verdicts", RUNS.values(), ids=RUNS.keys())
def test_the_document_follows_its_schema(verdicts: list[Verdict], strict: bool) -> None:
    VALIDATOR.validate(results.document(run(*verdicts), strict))


def test_the_schema_is_one_and_refuses_what_it_should() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = results.document(run(verdict("fail")), strict=False)
    for change in ({"exit_code": 3}, {"backend": "sqlite"}, {"began": 5}, {"more": 1}, {"format": "v0"}):
        assert not VALIDATOR.is_valid(document | change), change
    row = document["exercises"][0]["checks"][0]
    for change in ({"reason": None}, {"message": None}, {"status": "skipped"}, {"status": "pass"}, {"points": 0}):
        spoiled = json.loads(json.dumps(document))
        spoiled["exercises"][0]["checks"][0] = row | change
        assert not VALIDATOR.is_valid(spoiled), change


def test_a_pass_has_no_reason_and_a_failure_says_why(reports: Path) -> None:
    document, _ = written(reports, run(verdict(text="hello"), verdict("fail", "b"), blocked("fail")))
    passed, failed, after = document["exercises"][0]["checks"]
    assert (passed["reason"], passed["message"], passed["printed"]) == (None, None, "hello")
    assert (failed["reason"], failed["message"]) == ("a_reason", "It said why.")
    assert (after["blocked_by"], after["reason"]) == ("searches", "not_run")


def test_reports_are_english_whoever_reads_the_terminal(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "ko")
    document, _ = written(reports, run(blocked("fail")))
    assert document["exercises"][0]["checks"][0]["message"].startswith("not run, since")


@pytest.mark.parametrize(
    ("statuses", "lenient", "strict"),
    [
        (["pass"], 0, 0),
        (["pass", "not_graded"], 0, 2),
        (["not_graded"], 2, 2),
        ([], 2, 2),
        (["pass", "fail"], 1, 1),
        (["fail", "not_graded"], 1, 1),
    ],
)
def test_the_exit_code_tells_a_failure_from_what_could_not_be_graded(
    statuses: list[Status], lenient: int, strict: int
) -> None:
    graded = run(*(verdict(status, f"c{i}") for i, status in enumerate(statuses)))
    assert (graded.exit_code(strict=False), graded.exit_code(strict=True)) == (lenient, strict)


def test_a_sentence_can_be_said_in_another_language_later() -> None:
    parent = Message("the title of {name}", {"name": "searches"})
    fields = {"n": np.int64(3), "x": 2.5, "bad": float("nan"), "parent": parent, "where": Path("a/b"), "yes": True}
    reason = because("why", "{n} {x:.1f} {bad} {parent} {where} {yes}", **fields)
    graded = run(replace(verdict("fail"), outcome=Outcome("failed", reason)))
    document = results.document(graded, strict=False)
    VALIDATOR.validate(document)
    assert json.loads(json.dumps(document, allow_nan=False))["exercises"][0]["checks"][0]["sentence"] == {
        "msgid": "{n} {x:.1f} {bad} {parent} {where} {yes}",
        "fields": {
            "n": 3,
            "x": 2.5,
            "bad": "nan",
            "where": "a/b",
            "yes": True,
            "parent": {"msgid": "the title of {name}", "fields": {"name": "searches"}},
        },
    }


# What was measured

numbers = st.floats() | st.integers() | st.booleans() | st.floats(width=32).map(np.float32) | st.just(np.int64(7))
texts = st.text(st.characters(exclude_categories=[]), max_size=20) | st.just("x" * 100_000) | st.just(HOSTILE)
points = st.tuples(numbers, numbers, texts)
series = st.builds(
    Series, texts, st.sampled_from(["yours", "reference", "control"]), st.lists(points, max_size=5).map(tuple)
)
charts = st.builds(
    Chart, texts, texts, texts, st.lists(series, max_size=9).map(tuple), st.none() | numbers, st.none() | numbers
)
tables = st.builds(
    Table,
    texts,
    st.lists(texts, max_size=14).map(tuple),
    st.lists(st.lists(texts | numbers | st.none(), max_size=14).map(tuple), max_size=4).map(tuple),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(charts | tables)
def test_whatever_was_measured_makes_a_document_that_reads_back_the_same(measured: Measured) -> None:
    graded = run(replace(verdict(), outcome=Outcome("passed", measured=(measured,))))
    document = json.loads(json.dumps(results.document(graded, strict=False), allow_nan=False))
    VALIDATOR.validate(document)
    (row,) = document["exercises"][0]["checks"][0]["measured"]
    read = from_json(row)
    assert read is not None
    assert as_json(read) == row


def test_a_plain_chart_and_table_come_back_as_they_were() -> None:
    assert from_json(json.loads(json.dumps(as_json(TRADE)))) == TRADE
    assert from_json(json.loads(json.dumps(as_json(INDEXES)))) == INDEXES


def test_only_finite_numbers_and_no_more_than_anybody_reads_are_kept() -> None:
    nan, inf = float("nan"), float("inf")
    points = ((nan, 1, "a"), (1, inf, "b"), (10**400, 1, "c"), (True, 1, "d"), (1e300, 1, "e"), (2, 3, "f" * 999))
    many = tuple((float(n), 1.0, "") for n in range(10_000))
    kept = as_json(Chart("t" * 999, "x", "y", (Series("s", "yours", points), Series("s", "control", many)), nan, inf))
    assert [point[:2] for point in kept["series"][0]["points"]] == [[2, 3]]
    assert len(kept["series"][1]["points"]) == AT_MOST["points"]
    assert (kept["x_at_most"], kept["y_at_least"]) == (None, None)
    assert len(kept["title"]) == len(kept["series"][0]["points"][0][2]) == AT_MOST["characters"]
    rows = as_json(Table("t", ("a", "b"), ((nan, "x"), ("short",), ("a", 1, "too long"), *[("r", 1)] * 500)))["rows"]
    assert rows[:3] == [[None, "x"], ["short", None], ["a", 1]]
    assert len(rows) == AT_MOST["rows"]


@pytest.mark.parametrize(
    "document",
    [
        *(None, 3, "chart", [], {}, {"kind": "chart"}, {"kind": "pie", "title": "t"}),
        {"kind": "table", "title": 3, "columns": [], "rows": []},
        {"kind": "table", "title": "t", "columns": "ab", "rows": []},
        {"kind": "chart", "title": "t", "x": "x", "y": "y", "series": {"name": "s"}},
    ],
)
def test_what_describes_nothing_is_nothing(document: object) -> None:
    assert from_json(document) is None


def test_parts_that_make_no_sense_are_left_out() -> None:
    chart = {"kind": "chart", "title": "t", "x": "x", "y": "y", "log_x": "yes", "x_at_most": "1", "y_at_least": [2]}
    rows: list[Any] = [
        *(
            None,
            7,
            {"name": "s"},
            {"name": "s", "role": "admin", "points": []},
            {"name": "s", "role": [], "points": []},
        ),
        {"name": "s", "role": "yours", "points": [None, [], [1, 2], [1, 2, 3, 4], ["1", 2, ""], [1, 2, None]]},
    ]
    read = from_json(chart | {"series": rows})
    assert read == Chart("t", "x", "y", (Series("s", "yours", ((1, 2, "NoneType"),)),))
    table = {"kind": "table", "title": "t", "columns": ["a", {}], "rows": [None, "ab", ["x", {}], ["y", [1]], []]}
    assert from_json(table) == Table("t", ("a", "dict"), (("x", "dict"), ("y", "list"), (None, None)))


# What was found last


@pytest.fixture
def dojo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "KEPT", tmp_path / "results")
    monkeypatch.setattr(progress, "FILE", tmp_path / "progress.json")
    return tmp_path


def test_grading_one_exercise_keeps_what_was_found_of_the_others(dojo: Path) -> None:
    other = replace(EXERCISE, id="1.4", title="Other")
    foreign = replace(verdict("fail"), check=replace(check(), exercise="1.4"))
    both = run(verdict(), foreign, exercises=(EXERCISE, other))
    progress.record(replace(both, elsewhere={"1.4": ("server", "v2.3.5")}))
    first = (dojo / "results" / "1.4.json").read_text(encoding="utf-8")
    progress.record(run(verdict("fail")))
    assert (dojo / "results" / "1.4.json").read_text(encoding="utf-8") == first
    kept = {id_: json.loads((dojo / "results" / f"{id_}.json").read_text(encoding="utf-8")) for id_ in ("1.3", "1.4")}
    for document in kept.values():
        VALIDATOR.validate(document)
    assert [row["id"] for row in kept["1.3"]["exercises"]] == ["1.3"]
    assert kept["1.3"]["exercises"][0]["checks"][0]["status"] == "fail"
    assert (kept["1.3"]["backend"], kept["1.4"]["backend"], kept["1.4"]["milvus"]) == ("lite", "server", "v2.3.5")
    assert kept["1.4"]["exercises"][0]["backend"] == "server"
    assert kept["1.4"]["exit_code"] == 1


# JUnit


def test_junit_counts_what_it_lists(reports: Path) -> None:
    graded = run(verdict(), verdict("fail", "b"), blocked("fail"), verdict("not_graded", "c"))
    _, root = written(reports, graded)
    (suite,) = root.findall("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "1")
    assert len(suite.findall("testcase")) == 4
    assert len(suite.findall("testcase/failure")) == 2
    assert len(suite.findall("testcase/skipped")) == 1
    assert suite.get("name") == f"1.3 {EXERCISE.title}"


def test_junit_gives_reason_and_place(reports: Path) -> None:
    _, root = written(reports, run(verdict("fail", text="line 7")))
    failure = root.find(".//failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message"), failure.text) == ("a_reason", "It said line 7.", "line 7")


def test_what_learner_code_said_harms_no_report(reports: Path) -> None:
    document, root = written(reports, run(*RUNS["hostile"]))
    messages = [row["message"] for row in document["exercises"][0]["checks"]]
    assert messages[1] == f"It said {HOSTILE}."
    assert len(list(root.iter("testcase"))) == 3
    assert [len(case) for case in root.iter("testcase")] == [1, 2, 2], "markup of the learner's became elements"
    said = root.find(".//failure")
    assert said is not None
    assert "<script>" in (said.text or "")
    assert "]]>" in (said.text or "")


@given(text=st.text(st.characters(exclude_categories=[])))
def test_any_text_makes_readable_reports(text: str) -> None:
    graded = run(verdict("fail", text=text))
    root = ElementTree.fromstring(results.junit(graded).encode("utf-8"))
    assert len(list(root.iter("testcase"))) == 1
    encoded = json.dumps(results.document(graded, strict=True))
    VALIDATOR.validate(json.loads(encoded))


# Sums


graded_checks = st.lists(
    st.tuples(st.sampled_from(["pass", "fail", "not_graded"]), st.integers(1, 8).map(lambda n: n / 2)), min_size=1
)


@given(graded_checks)
def test_points_are_earned_lost_or_left_open_and_nothing_else(rows: list[tuple[Status, float]]) -> None:
    verdicts = tuple(verdict(status, f"c{i}", points) for i, (status, points) in enumerate(rows))
    lost = sum(points for status, points in rows if status == "fail")
    total = sum(points for _, points in rows)
    assert results.earned(verdicts) + results.points_not_graded(verdicts) + lost == total
    row = results.document(run(*verdicts), strict=False)["exercises"][0]
    assert (row["earned"], row["not_graded"]) == (results.earned(verdicts), results.points_not_graded(verdicts))


def test_each_exercise_has_its_own_checks(reports: Path) -> None:
    other = replace(EXERCISE, id="1.4", title="Other")
    foreign = replace(verdict("fail"), check=replace(check(), exercise="1.4"))
    document, root = written(reports, run(verdict(points=2), foreign, exercises=(EXERCISE, other)))
    assert [(row["id"], row["earned"], len(row["checks"])) for row in document["exercises"]] == [
        ("1.3", 2, 1),
        ("1.4", 0, 1),
    ]
    assert [suite.get("failures") for suite in root.iter("testsuite")] == ["0", "1"]


# An earlier run


def test_a_killed_run_leaves_no_earlier_report(reports: Path) -> None:
    written(reports, run(verdict()))
    results.withdraw()
    assert not list(reports.iterdir())


def test_there_need_be_no_report_to_withdraw(reports: Path) -> None:
    results.withdraw()
    assert not reports.exists()
