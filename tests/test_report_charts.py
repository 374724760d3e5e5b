"""Charts and tables: points, ticks, labels and bars are where the figures say, whatever the figures are."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from grader.measured import Chart, Series, Table, from_json
from grader.report.charts import HEIGHT, WIDTHS, Drawing, drawing
from grader.report.scales import MOST_TICKS, alike, number, spanning
from grader.report.tables import comparison


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "en")


def chart(*own: tuple[float, float, str], x_at_most: float | None = None, y_at_least: float | None = None) -> Chart:
    return Chart("title", "x", "y", (Series("mine", "yours", own),), x_at_most, y_at_least)


def test_points_in_the_target_are_told_from_those_outside() -> None:
    four = ((1, 0.9, "a"), (1, 0.95, "b"), (2, 0.99, "c"), (2.1, 0.99, "d"))
    drawn = drawing(chart(*four, x_at_most=2, y_at_least=0.95))
    assert drawn is not None
    assert [mark.reaches for mark in drawn.marks] == [False, True, True, False]
    assert drawn.told == "In the target: 2 of your 4 points (x ≤ 2, y ≥ 0.95)"
    assert drawn.box is not None
    for mark in drawn.marks:
        inside = mark.x <= drawn.box.width and mark.y <= drawn.box.height
        assert inside == mark.reaches, "the picture and the figures say the same"


def test_a_target_may_have_one_edge_or_none() -> None:
    only_y, only_x, none = (
        drawing(chart((1, 1, ""), (2, 2, ""), **edges)) for edges in ({"y_at_least": 1.5}, {"x_at_most": 1.5}, {})
    )
    assert only_y is not None
    assert only_x is not None
    assert none is not None
    assert only_y.box is not None
    assert only_x.box is not None
    assert (only_y.box.width, only_y.box.has_right) == (100, False)
    assert (only_x.box.height, only_x.box.has_bottom) == (100, False)
    assert none.box is None


def test_better_is_up_and_faster_is_left_and_the_learner_lies_on_top() -> None:
    reference = Series("theirs", "reference", ((1, 0.5, ""),))
    drawn = drawing(Chart("t", "x", "y", (Series("mine", "yours", ((2, 0.9, ""),)), reference)))
    assert drawn is not None
    theirs, mine = drawn.marks
    assert (theirs.role, mine.role) == ("reference", "yours")
    assert mine.x > theirs.x
    assert mine.y < theirs.y
    assert drawn.legend[0] == ("yours", 0, "mine")


def test_series_of_one_role_are_told_apart() -> None:
    hnsw, ivf = (Series(name, "yours", ((1, 0.5, ""), (2, 0.6, ""))) for name in ("HNSW", "IVF"))
    reference = Series("theirs", "reference", ((1, 0.5, ""),))
    drawn = drawing(Chart("t", "x", "y", (hnsw, reference, ivf)))
    assert drawn is not None
    assert drawn.legend == (("yours", 1, "IVF"), ("yours", 0, "HNSW"), ("reference", 0, "theirs"))
    assert [(line.role, line.nth) for line in drawn.lines] == [("yours", 0), ("yours", 1)]
    assert [mark.nth for mark in drawn.marks] == [0, 0, 0, 1, 1]


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show() -> None:
    points = ((0.0, 1.0, "zero"), (-1.0, 1.0, "minus"), (1.0, 0.1, "a"), (10.0, 0.2, "b"), (100.0, 0.3, "c"))
    drawn = drawing(replace(chart(*points, x_at_most=0.0), log_x=True))
    assert drawn is not None
    assert len(drawn.marks) == 3
    left, middle, right = (mark.x for mark in drawn.marks)
    assert math.isclose(middle - left, right - middle, abs_tol=0.05)
    assert drawn.box is None
    assert drawing(replace(chart((0.0, 1.0, "")), log_x=True)) is None
    assert drawing(chart()) is None


sizes = st.floats(-1e15, 1e15) | st.floats(0, 1) | st.sampled_from([0, 5e-324, 1e-15, 1e15, -1e15, 1 + 2**-52])
drawable = st.builds(
    lambda points, right, low, log: {
        "kind": "chart",
        "title": "t",
        "x": "x",
        "y": "y",
        "x_at_most": right,
        "y_at_least": low,
        "log_x": log,
        "series": [{"name": role, "role": role, "points": points} for role in ("yours", "reference", "control")],
    },
    st.lists(st.tuples(sizes, sizes, st.text(max_size=30)).map(list), max_size=8),
    st.none() | sizes,
    st.none() | sizes,
    st.booleans(),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawable)
def test_every_chart_stays_within_its_frame(measured: Any) -> None:
    read_back = from_json(measured)
    assert isinstance(read_back, Chart)
    drawn = drawing(read_back)
    if drawn is None:
        return
    shares = [share for mark in drawn.marks for share in (mark.x, mark.y)]
    shares += [tick.at for tick in (*drawn.x_ticks, *drawn.y_ticks)]
    shares += [] if drawn.box is None else [drawn.box.width, drawn.box.height]
    assert all(-0.01 <= share <= 100.01 for share in shares)
    assert max(len(drawn.x_ticks), len(drawn.y_ticks)) <= MOST_TICKS
    assert_legible(drawn)


def assert_legible(drawn: Drawing) -> None:
    """No label lies on another one, at either width."""
    for name, width in WIDTHS.items():
        boxes = []
        for label in drawn.labels[name]:
            x, y = label.x / 100 * width + label.dx, label.y / 100 * HEIGHT + label.dy
            length = cell_len(label.text) * 6
            left = {"start": x, "middle": x - length / 2, "end": x - length}[label.anchor]
            boxes.append((left, y - 10, left + length, y))
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


@settings(deadline=None)
@given(st.lists(st.floats(1e-15, 1e15), min_size=1, max_size=5), st.booleans())
def test_ticks_are_round_and_rise(values: list[float], is_log: bool) -> None:
    scale = spanning(values, is_log)
    ticks = scale.ticks()
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= MOST_TICKS
    assert all(scale.at(value) >= 0 and scale.at(value) <= 1 for value in values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0, "0"), (1, "1"), (0.9994, "0.9994"), (0.5, "0.5"), (12.345, "12.35"), (-2.5, "-2.5"), (10.0, "10")),
        *((20_000, "20,000"), (1234.5, "1,234"), (0.00012345, "0.0001234"), (1e9, "1e+09"), (1e-9, "1e-09")),
    ],
)
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert number(value) == text


def test_a_column_has_as_many_decimals_everywhere() -> None:
    assert alike([1, 0.9994, 0.5]) == ["1.0000", "0.9994", "0.5000"]
    assert alike([1, 20]) == ["1", "20"]
    assert alike([0.001, 20_000]) == ["0.001", "20,000"]
    assert alike([]) == []


def test_bars_are_shares_of_the_largest_of_their_column() -> None:
    shown = comparison(Table("t", ("index", "ms", "low"), (("a", 2, -1), ("b", 4, 3), ("c", None, 1))))
    assert shown is not None
    assert [[cell.bar for cell in one] for one in shown.rows] == [[None, 50, None], [None, 100, None], [None] * 3]
    assert [cell.text for cell in shown.rows[2]] == ["c", "–", "1"]
    assert shown.columns == (("index", False), ("ms", True), ("low", True))
    assert comparison(Table("t", ("a",), ())) is None
