"""Lays a chart out: where its points, ticks, labels and the target box go, in per cent, so that it fits any width.

The page draws it as SVG whose coordinates are shares of the picture while its texts keep their size: it is as legible
on a phone as on a wide screen, and takes its colours from the page. Only which labels find room depends on the width,
so they are placed twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from grader.measured import Chart, Role, Series
from grader.report.graded import inert
from grader.report.scales import Scale, alike, number, spanning
from grader.translate import said, translated
from infra.messages import N_

HEIGHT = 280
"""Pixels."""
WIDTHS = {"narrow": 280, "wide": 600}
"""Pixels that the picture has on a phone, and those of a wide screen, for which labels are placed."""
LETTER, CAPITAL, LINE = 7.6, 13, 14
"""Pixels of a letter of the labels, of a wide one and of a line; fonts differ, and these are the wide ones'."""
LABEL_COLUMNS = 20
MOST_LABELS = 40
_PLACES = (("end", -8, -7), ("start", 8, 15), ("start", 9, 4), ("end", -9, 4), ("middle", 0, -10), ("middle", 0, 20))
"""Where a label may stand beside its point, best first: anchor, and pixels to the right and down to its base line."""


@dataclass(frozen=True)
class Tick:
    """A round number on an axis, with its share of the way along it in per cent."""

    at: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A point: per cent from the left and from the top, whose it is, which of theirs, and what it says."""

    x: float
    y: float
    role: Role
    nth: int
    reaches: bool
    told: str


@dataclass(frozen=True)
class Line:
    """A piece of the line that joins a series, in per cent; whose it is, and which of theirs."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: Role
    nth: int


@dataclass(frozen=True)
class Label:
    """A point's name beside it: the point in per cent, the anchor, and pixels to the right and down."""

    x: float
    y: float
    anchor: str
    dx: float
    dy: float
    text: str
    role: Role


@dataclass(frozen=True)
class Box:
    """The target: its right edge and its lower edge in per cent; it reaches from there to the left and to the top."""

    width: float
    height: float
    has_right: bool
    has_bottom: bool
    told: str


@dataclass(frozen=True)
class Drawing:
    """All that the page needs to draw a chart; texts are in the reader's language and inert.

    Attributes:
        title: what is seen.
        told: what it comes to in one sentence, such as how many of the learner's points reach the target.
        x: name of the axis.
        y: likewise.
        gutter: pixels that the numbers along y need.
        x_ticks: round numbers along x.
        y_ticks: along y, per cent from the top.
        box: the target, where there is one.
        lines: the learner's on top.
        marks: likewise.
        labels: names of points by width, as far as there is room.
        legend: role of each series, which of that role it is, counted from 0, and its name.
        rows: series, point, x and y of every point as text.
    """

    title: str
    told: str
    x: str
    y: str
    gutter: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    box: Box | None
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    labels: dict[str, tuple[Label, ...]]
    legend: tuple[tuple[Role, int, str], ...]
    rows: tuple[tuple[str, str, str, str], ...]


def drawing(chart: Chart) -> Drawing | None:
    """Return how a chart is drawn, or None where it has no point that can be."""
    series = _drawable(chart)
    points = [point for one in series for point in one.points]
    if not points:
        return None
    right = chart.x_at_most if chart.x_at_most is not None and (chart.x_at_most > 0 or not chart.log_x) else None
    low = chart.y_at_least
    across = spanning([x for x, _, _ in points] + [right] * (right is not None), chart.log_x)  # type: ignore[list-item]
    up = spanning([y for _, y, _ in points] + [low] * (low is not None))  # type: ignore[list-item]
    plane = _Plane(across, up, right, low)
    nths = _nths(series)
    marks = tuple(mark for one, nth in zip(series, nths, strict=True) for mark in plane.marks(one, nth))
    x_ticks = tuple(_ticks(across, across.at))
    y_ticks = tuple(_ticks(up, lambda tick: 1 - up.at(tick)))
    box = plane.box(_name(chart.x), _name(chart.y))
    return Drawing(
        title=_name(chart.title),
        told=_told(series, marks, box),
        x=_name(chart.x) + (said(N_(", logarithmic")) if chart.log_x else ""),
        y=_name(chart.y),
        gutter=round(max(cell_len(tick.text) for tick in y_ticks) * LETTER) + 12 if y_ticks else 12,
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        box=box,
        lines=tuple(line for one, nth in zip(series, nths, strict=True) for line in plane.lines(one, nth)),
        marks=marks,
        labels={name: tuple(_labels(series, marks, width)) for name, width in WIDTHS.items()},
        legend=tuple((one.role, nth, _name(one.name)) for one, nth in _backwards(series, nths)),
        rows=tuple(
            (_name(one.name), inert(label), number(x), number(y))
            for one in reversed(series)
            for x, y, label in one.points
        ),
    )


def _nths(series: Sequence[Series]) -> list[int]:
    """Return for each series how many of its role stand before it: lines of one colour are told apart by that."""
    return [sum(other.role == one.role for other in series[:place]) for place, one in enumerate(series)]


def _backwards(series: Sequence[Series], nths: Sequence[int]) -> list[tuple[Series, int]]:
    return list(zip(reversed(series), reversed(nths), strict=True))


def _ticks(scale: Scale, at: Callable[[float], float]) -> Iterator[Tick]:
    ticks = scale.ticks()
    for tick, text in zip(ticks, alike(ticks), strict=True):
        yield Tick(_share(at(tick)), text)


def _drawable(chart: Chart) -> list[Series]:
    """Return the series with what an axis can show of them, the learner's last, for it lies on top."""
    order: dict[Role, int] = {"control": 0, "reference": 1, "yours": 2}
    kept = [
        Series(one.name, one.role, tuple(point for point in one.points if point[0] > 0 or not chart.log_x))
        for one in chart.series
    ]
    return sorted((one for one in kept if one.points), key=lambda one: order[one.role])


@dataclass(frozen=True)
class _Plane:
    """Two scales and the target: where things lie, in per cent from the left and from the top."""

    across: Scale
    up: Scale
    x_at_most: float | None
    y_at_least: float | None

    def place(self, x: float, y: float) -> tuple[float, float]:
        return _share(self.across.at(x)), _share(1 - self.up.at(y))

    def reaches(self, x: float, y: float) -> bool:
        left = self.x_at_most is None or x <= self.x_at_most
        return left and (self.y_at_least is None or y >= self.y_at_least)

    def marks(self, series: Series, nth: int) -> Iterator[Mark]:
        for x, y, label in series.points:
            told = f"{_name(series.name)} {inert(label)}: {number(x)}, {number(y)}"
            yield Mark(*self.place(x, y), series.role, nth, self.reaches(x, y), told)

    def lines(self, series: Series, nth: int) -> Iterator[Line]:
        places = [self.place(x, y) for x, y, _ in series.points]
        for (x1, y1), (x2, y2) in itertools.pairwise(places):
            yield Line(x1, y1, x2, y2, series.role, nth)

    def box(self, x: str, y: str) -> Box | None:
        """Return the target, and its edges in words: `p50 in ms ≤ 4.1, recall@10 ≥ 0.95`."""
        edges = [f"{x} ≤ {number(self.x_at_most)}"] if self.x_at_most is not None else []
        edges += [f"{y} ≥ {number(self.y_at_least)}"] if self.y_at_least is not None else []
        if not edges:
            return None
        width = 100.0 if self.x_at_most is None else _share(self.across.at(self.x_at_most))
        height = 100.0 if self.y_at_least is None else _share(1 - self.up.at(self.y_at_least))
        return Box(width, height, self.x_at_most is not None, self.y_at_least is not None, ", ".join(edges))


def _told(series: Sequence[Series], marks: Sequence[Mark], box: Box | None) -> str:
    own = [mark for mark in marks if mark.role == "yours"]
    if box is None or not own:
        return said(N_("Points: {count} ({names})"), count=len(marks), names=", ".join(_name(s.name) for s in series))
    fields = {"reached": sum(mark.reaches for mark in own), "count": len(own), "target": box.told}
    return said(N_("In the target: {reached} of your {count} points ({target})"), **fields)


Area = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


def _labels(series: Sequence[Series], marks: Sequence[Mark], width: float) -> Iterator[Label]:
    """Give the labels that find room at a width: the learner's first, none over a point or another label."""
    taken = [_around(mark, width) for mark in marks]
    named = list(zip(marks, (label for one in series for _, _, label in one.points), strict=True))
    for mark, label in named[: -MOST_LABELS - 1 : -1]:
        text = inert(label)
        if cell_len(text) > LABEL_COLUMNS:
            text = set_cell_size(text, LABEL_COLUMNS - 1).rstrip() + "…"
        for anchor, dx, dy in _PLACES if text else ():
            area = _area(mark, width, anchor, dx, dy, _length(text))
            if area[0] >= 0 and area[2] <= width and area[3] <= HEIGHT and not any(_meet(area, a) for a in taken):
                taken.append(area)
                yield Label(mark.x, mark.y, anchor, dx, dy, text, mark.role)
                break


def _around(mark: Mark, width: float) -> Area:
    x, y = mark.x / 100 * width, mark.y / 100 * HEIGHT
    return x - 6, y - 6, x + 6, y + 6


def _area(mark: Mark, width: float, anchor: str, dx: float, dy: float, length: float) -> Area:
    x, base = mark.x / 100 * width + dx, mark.y / 100 * HEIGHT + dy
    left = {"start": x, "middle": x - length / 2, "end": x - length}[anchor]
    return left, base - LINE + 3, left + length, base + 3


def _length(text: str) -> float:
    return sum(CAPITAL if character.isupper() or cell_len(character) > 1 else LETTER for character in text)


def _meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _name(msgid: str) -> str:
    """Return a title, an axis or a series by its name in the reader's language."""
    return inert(translated(msgid))


def _share(share: float) -> float:
    return round(share * 100, 2)
