"""Lays out what the checks of an exercise have measured: charts, tables and pictures, each with a name for its ids."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.measured import AT_MOST, Chart, Measured, Picture, Table
from grader.report.charts import Drawing, drawing
from grader.report.graded import inert
from grader.report.tables import Comparison, comparison
from grader.translate import translated


def laid_out(every: Iterable[Measured], anchor: str) -> list[dict[str, Any]]:
    """Return what can be shown, in the order given; `anchor` begins the name of each."""
    drawn = (_drawn(measured) for measured in every)
    shown = itertools.islice((each for each in drawn if each is not None), AT_MOST["measured"])
    return [
        {"kind": _KINDS[type(each)], "drawn": each, "name": f"{anchor}-{number}"}
        for number, each in enumerate(shown, 1)
    ]


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it: its title, its file in base64, and its size in pixels."""

    title: str
    data: str
    width: int
    height: int


_KINDS = {Drawing: "chart", Comparison: "table", Shown: "picture"}


def _drawn(measured: Measured) -> Drawing | Comparison | Shown | None:
    match measured:
        case Chart():
            return drawing(measured)
        case Table():
            return comparison(measured)
        case Picture(title, png) if size := measured.size:
            return Shown(inert(translated(title)), base64.b64encode(png).decode(), *size)
    return None
