"""Lays a comparison out: each number as text, with a bar that shows its share of the largest in its column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.measured import Cell as Value
from grader.measured import Table
from grader.report.graded import inert
from grader.report.scales import alike
from grader.translate import translated

UNKNOWN = "–"


@dataclass(frozen=True)
class Cell:
    """A text, inert and in the reader's language; for most numbers also the length of its bar, in per cent."""

    text: str
    bar: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A table as the page shows it.

    Attributes:
        title: what is compared.
        columns: each head, and whether numbers stand below it.
        rows: their cells; the first names the row.
    """

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]


def comparison(table: Table) -> Comparison | None:
    """Return how a table is shown, or None where it has no row."""
    if not table.rows or not table.columns:
        return None
    columns = [[row[i] for row in table.rows] for i in range(len(table.columns))]
    shown = [_column(values, has_bars=i > 0) for i, values in enumerate(columns)]
    heads = zip(table.columns, columns, strict=True)
    return Comparison(
        inert(translated(table.title)),
        tuple((inert(translated(head)), bool(_numbers(values))) for head, values in heads),
        tuple(zip(*shown, strict=True)),
    )


def _column(values: Sequence[Value], has_bars: bool) -> list[Cell]:
    numbers = _numbers(values)
    texts = iter(alike(numbers))
    # A bar is a share of the largest: of negative numbers, or of one alone, it would tell nothing.
    largest = max(numbers) if has_bars and len(numbers) > 1 and min(numbers) >= 0 else 0
    return [_cell(value, texts, largest) for value in values]


def _cell(value: Value, texts: Iterator[str], largest: float) -> Cell:
    if isinstance(value, str):
        return Cell(inert(translated(value)))
    if value is None:
        return Cell(UNKNOWN)
    return Cell(next(texts), round(value / largest * 100, 1) if largest else None)


def _numbers(values: Sequence[Value]) -> list[float]:
    return [value for value in values if isinstance(value, (int, float))]
