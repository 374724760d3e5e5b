"""What a check has measured and the report shows: charts, tables and pictures, plain data from the check to the page.

    measured(
        Chart(
            N_("Recall against latency"),
            x=N_("p50 in ms"),
            y=N_("recall@10"),
            series=(Series(N_("yours"), "yours", ((1.9, 0.91, "ef=16"), (3.2, 0.97, "ef=64"))),),
            x_at_most=4.1,
            y_at_least=0.95,
        )
    )

Titles, axes, names of series and column heads are msgids: mark them with `N_`, they are translated when they are shown.
Numbers and labels may come from learner code. So they are cut to a bounded size on their way into a document, and read
from a document as carefully, for anybody may have edited it.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import math
import numbers
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, cast, get_args

Role = Literal["yours", "reference", "control"]
Point: TypeAlias = tuple[float, float, str]
"""x, y and what the point is, such as `ef=64`; the label may be empty."""
Cell: TypeAlias = str | int | float | None
"""None is a value that nobody could measure."""

AT_MOST = {"measured": 8, "series": 6, "points": 60, "columns": 10, "rows": 60, "characters": 120}
"""How much of anything is kept. More than this nobody reads, and learner code may have made it."""
LARGEST = 1e15
"""The largest number, by its size, that is kept, and 1/LARGEST the smallest: axes and bars have to reckon with them."""


@dataclass(frozen=True)
class Series:
    """Points that belong together; they are joined by a line in the order given.

    Attributes:
        name: what they are, a msgid.
        role: whose they are: the learner's, the reference's, or a control that must be worse.
        points: each with x, y and a label.
    """

    name: str
    role: Role
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """Series over two axes, and the box that the learner's points have to reach.

    Attributes:
        title: what is seen here, a msgid.
        x: name of the axis with its unit, a msgid.
        y: likewise.
        series: what is drawn.
        x_at_most: right edge of the target box, in the unit of x; None where x doesn't matter.
        y_at_least: its lower edge, in the unit of y; None where y doesn't matter.
        log_x: whether the x axis is logarithmic; points at or below 0 aren't drawn then.
    """

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    x_at_most: float | None = None
    y_at_least: float | None = None
    log_x: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under column heads; numbers get a small bar, as long as their share of the largest in the column.

    Attributes:
        title: what is compared here, a msgid.
        columns: their heads with units, msgids. The first column names the rows.
        rows: each with a cell for every column. A text in a cell is translated if it is a msgid.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Picture:
    """What learner code has drawn, as the grader has encoded it.

    Attributes:
        title: what is seen here, a msgid.
        png: the file's bytes; a picture beyond the caps is left out of the report.
    """

    title: str
    png: bytes

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels as the file's head says; None where this is no PNG, or one beyond the caps."""
        if len(self.png) > PICTURE_BYTES or not self.png.startswith(_PNG_HEAD) or len(self.png) < _PNG_SIZE_AT + 8:
            return None
        width, height = struct.unpack_from(">II", self.png, _PNG_SIZE_AT)
        return (width, height) if 0 < width <= PICTURE_PIXELS and 0 < height <= PICTURE_PIXELS else None


PICTURE_BYTES, PICTURE_PIXELS = 400_000, 2_000
"""How long the file of a picture may be, and how wide and high the picture: what a page can hold a dozen of."""
_PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_SIZE_AT = len(_PNG_HEAD)

Measured: TypeAlias = Chart | Table | Picture


def as_json(measured: Measured) -> dict[str, Any]:
    """Return what was measured as results.schema.json describes it: capped, and only with finite numbers."""
    if isinstance(measured, Picture):
        png = measured.png if measured.size else b""
        return {"kind": "picture", "title": _text(measured.title), "png": base64.b64encode(png).decode()}
    if isinstance(measured, Table):
        width = AT_MOST["columns"]
        columns = [_text(column) for column in measured.columns[:width]]
        rows = [[_cell(cell) for cell in row[: len(columns)]] for row in measured.rows[: AT_MOST["rows"]]]
        padded = [row + [None] * (len(columns) - len(row)) for row in rows]
        return {"kind": "table", "title": _text(measured.title), "columns": columns, "rows": padded}
    return {
        "kind": "chart",
        "title": _text(measured.title),
        "x": _text(measured.x),
        "y": _text(measured.y),
        "series": [
            {"name": _text(series.name), "role": series.role, "points": _points(series.points)}
            for series in measured.series[: AT_MOST["series"]]
        ],
        "x_at_most": _number(measured.x_at_most),
        "y_at_least": _number(measured.y_at_least),
        "log_x": bool(measured.log_x),
    }


def from_json(document: object) -> Measured | None:
    """Return what a document describes, under the same caps; None where it describes nothing that can be shown."""
    given: dict[str, Any] = document if isinstance(document, dict) else {}
    match given:
        case {"kind": "table", "title": str(title), "columns": [*columns], "rows": [*rows]}:
            heads = tuple(_text(column) for column in columns[: AT_MOST["columns"]])
            return Table(_text(title), heads, tuple(_kept(rows, "rows", lambda row: _row(row, len(heads)))))
        case {"kind": "picture", "title": str(title), "png": str(text)}:
            picture = Picture(_text(title), _decoded(text))
            return picture if picture.size else None
        case {"kind": "chart", "title": str(title), "x": str(x), "y": str(y), "series": [*series]}:
            return Chart(
                _text(title),
                _text(x),
                _text(y),
                tuple(_kept(series, "series", _series)),
                _number(given.get("x_at_most")),
                _number(given.get("y_at_least")),
                given.get("log_x") is True,
            )
    return None


Thing = TypeVar("Thing")


def _kept(items: Iterable[object], what: str, read: Callable[[object], Thing | None]) -> list[Thing]:
    """Return the first items that make sense, and of them no more than are kept."""
    return [thing for item in itertools.islice(items, AT_MOST[what]) if (thing := read(item)) is not None]


def _decoded(text: str) -> bytes:
    """Return the bytes of a text in base64; none where it is something else or too long."""
    if len(text) > 2 * PICTURE_BYTES:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _row(row: object, width: int) -> tuple[Cell, ...] | None:
    if not isinstance(row, list):
        return None
    cells = [_cell(cell) for cell in row[:width]]
    return (*cells, *[None] * (width - len(cells)))


def _series(document: object) -> Series | None:
    match document:
        case {"name": str(name), "role": str(role), "points": [*points]} if role in get_args(Role):
            return Series(_text(name), cast(Role, role), tuple((x, y, label) for x, y, label in _points(points)))
    return None


def _points(points: Iterable[object]) -> list[Any]:
    """Return the points that have two finite numbers."""
    return [list(point) for point in _kept(points, "points", _point)]


def _point(point: object) -> Point | None:
    if not isinstance(point, (list, tuple)) or len(point) != 3:
        return None
    x, y = _number(point[0]), _number(point[1])
    return None if x is None or y is None else (x, y, _text(point[2]))


def _cell(cell: object) -> Cell:
    if cell is None or (isinstance(cell, numbers.Real) and not isinstance(cell, bool)):
        return _number(cell)
    return _text(cell)


def _text(text: object) -> str:
    """Return a text of bounded length; of anything else, its type."""
    if not isinstance(text, str):
        text = str(text) if isinstance(text, bool) else type(text).__name__
    limit = AT_MOST["characters"]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _number(value: object) -> int | float | None:
    """Return a number as a builtin; None where it isn't one, isn't finite or is beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    with contextlib.suppress(OverflowError, ValueError):
        number = int(value) if isinstance(value, numbers.Integral) else float(value)
        if math.isfinite(number) and abs(number) <= LARGEST:
            return number if abs(number) >= 1 / LARGEST else 0
    return None
