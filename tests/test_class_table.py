"""The table of a class: marks that add up, and cells that a spreadsheet only shows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.marks import Mark, marks
from grader.classroom.outcome import Class, Status
from grader.classroom.writing.table import BYTE_ORDER_MARK, FORMULA, cell, csv_text
from tests.class_demo import EXERCISES, WORST, class_of, hostile_class, mixed, worth


@pytest.fixture(scope="module")
def graded() -> Class:
    return class_of(60)


@pytest.fixture(scope="module")
def hostile() -> Class:
    return hostile_class(40, WORST)


def rows_of(class_: Class) -> list[dict[str, str]]:
    text = csv_text(class_)
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


# Marks


def test_points_that_were_not_graded_are_neither_earned_nor_taken() -> None:
    (own,) = marks(mixed())
    first, second = own.by_exercise["1.1"], own.by_exercise["1.2"]
    assert first == Mark(8, 16, 5)
    assert first.share == 8 / 11
    assert second is not None
    assert second.share is None
    assert own.total == Mark(8, 34, 23)
    assert own.total.share == 8 / 11


@pytest.mark.parametrize("status", ["nothing", "refused"])
def test_who_handed_in_nothing_that_can_be_opened_has_earned_nothing(status: Status) -> None:
    (own,) = marks(mixed(status))
    assert own.total == Mark(0, 34)
    assert own.total.share == 0


def test_a_class_gives_points_of_its_own_in_proportion() -> None:
    (own,) = marks(worth(mixed(), {"1.1": 40, "1.2": 4.5}))
    assert own.by_exercise == {"1.1": Mark(20, 40, 12.5), "1.2": Mark(0, 4.5, 4.5)}
    assert own.total == Mark(20, 44.5, 17)
    (some,) = marks(worth(mixed(), {"1.1": 40}))
    assert some.by_exercise == {"1.1": Mark(20, 40, 12.5), "1.2": Mark(0, 18, 18)}
    (row,) = rows_of(worth(mixed(), {"1.1": 40, "1.2": 4.5}))
    assert (row["1.1 earned"], row["1.1 percent"], row["points in all"]) == ("20", "72.73", "44.5")


@pytest.mark.parametrize("status", ["nothing", "refused"])
def test_who_handed_in_nothing_has_missed_the_points_of_the_class(status: Status) -> None:
    (own,) = marks(worth(mixed(status), {"1.1": 40, "1.2": 4.5}))
    assert own.total == Mark(0, 44.5)


@given(st.dictionaries(st.sampled_from([e.id for e in EXERCISES]), st.floats(0.01, 1e4)))
@settings(max_examples=30, deadline=None)
def test_points_of_the_class_change_no_share_of_an_exercise(points: dict[str, float]) -> None:
    class_ = class_of(12)
    for before, now in zip(marks(class_), marks(worth(class_, points)), strict=True):
        for id_, mark in before.by_exercise.items():
            other = now.by_exercise[id_]
            assert (mark is None) == (other is None)
            if mark is not None and other is not None:
                assert other.share == pytest.approx(mark.share)
                assert other.points == pytest.approx(points.get(id_, mark.points))


def test_where_the_machine_failed_there_is_no_mark() -> None:
    (own,) = marks(mixed("not_graded"))
    assert own.total is None
    assert set(own.by_exercise.values()) == {None}


def test_all_points_are_all_however_they_were_added_up() -> None:
    assert Mark(0.1 + 0.2, 0.3).share == 1.0
    assert Mark(sum([0.1] * 10), 1.0).share == 1.0
    assert Mark(15.9, 16).share != 1.0


# The table


def test_the_table_has_a_row_a_learner_that_adds_up(graded: Class) -> None:
    rows = rows_of(graded)
    assert [row["id"] for row in rows] == [outcome.learner.id for outcome in graded.outcomes]
    for row in rows:
        if row["status"] == "not_graded":
            assert not any(
                value for key, value in row.items() if "earned" in key or "percent" in key or "points" in key
            )
            continue
        earned = sum(float(value or 0) for key, value in row.items() if re.fullmatch(r"\d\.\d+ earned", key))
        assert earned == pytest.approx(float(row["total earned"]))
        points = float(row["points graded"]) + float(row["points not graded"])
        assert points == pytest.approx(float(row["points in all"]))
        assert float(row["total percent"]) == pytest.approx(100 * earned / float(row["points graded"]), abs=0.01)


def test_the_table_says_what_was_not_graded_and_why() -> None:
    (row,) = rows_of(mixed(changed=("grader/verdict.py", "checks/a.py")))
    assert (row["1.1 earned"], row["1.1 percent"]) == ("8", "72.73")
    assert (row["1.2 earned"], row["1.2 percent"]) == ("", "")
    assert (row["total earned"], row["points graded"], row["points not graded"]) == ("8", "11", "23")
    assert row["changed files of the kit"] == "grader/verdict.py; checks/a.py"
    (row,) = rows_of(mixed("not_graded"))
    assert (row["1.1 earned"], row["total percent"], row["trouble"]) == ("", "", "It went wrong: badly.")
    (row,) = rows_of(mixed("refused"))
    assert (row["1.1 earned"], row["1.1 percent"], row["total percent"]) == ("0", "0", "0")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", " =1", "\u00a0=1", "'=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip().startswith(FORMULA)
    assert "1" in shown


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_a_cell_is_one_line_of_visible_characters(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip().startswith(FORMULA)
    assert all(c.isprintable() for c in shown)
    ((back,),) = csv.reader(io.StringIO(csv_line(shown), newline=""))
    assert back == shown


def csv_line(value: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([value])
    return stream.getvalue() if value else '""\n'


def test_a_hostile_table_has_as_many_rows_and_columns_as_any(hostile: Class) -> None:
    text = csv_text(hostile).removeprefix(BYTE_ORDER_MARK)
    assert text.count("\n") == len(hostile.outcomes) + 1
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in table} == {3 + 2 * len(EXERCISES) + 7}
    for row in table:
        for value in row:
            assert not value.startswith(FORMULA)
            assert all(c.isprintable() for c in value)
