"""Lays out how the totals of a class are distributed: a bar for each tenth, in per cent, so that it fits any width."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grader.report.charts import Tick
from grader.report.scales import Scale
from grader.translate import said
from infra.messages import N_

BINS = 10
GAP = 0.12
"""Share of a bar's room that stays free."""


@dataclass(frozen=True)
class Bar:
    """Learners whose share of the points lies in one range.

    Attributes:
        x: its left edge, in per cent from the left.
        width: in per cent.
        y: its upper edge, in per cent from the top.
        middle: of its width, in per cent from the left.
        range: which shares they are, in per cent.
        count: how many learners.
    """

    x: float
    width: float
    y: float
    middle: float
    range: str
    count: int


@dataclass(frozen=True)
class Distribution:
    """All that the page needs to draw it.

    Attributes:
        bars: from the lowest share to the highest.
        ticks: numbers of learners, per cent from the top.
        edges: shares between the bars, per cent from the left.
        told: what it comes to in one sentence.
    """

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    edges: tuple[Tick, ...]
    told: str


def distribution(shares: Sequence[float]) -> Distribution | None:
    """Return how shares, 0 to 1, are distributed, or None where there are none."""
    if not shares:
        return None
    counts = [0] * BINS
    for share in shares:
        # A hair below a border is rounding; all points are in the last bar.
        counts[min(int(share * BINS + 1e-9), BINS - 1)] += 1
    scale = Scale(0.0, max(counts) * 1.12)
    ticks = [Tick(round(100 * (1 - scale.at(t)), 2), f"{t:g}") for t in scale.ticks() if t == int(t)]
    room = 100 / BINS
    bars = (
        Bar(
            x=round((i + GAP / 2) * room, 2),
            width=round(room * (1 - GAP), 2),
            y=round(100 * (1 - scale.at(count)), 2),
            middle=round((i + 0.5) * room, 2),
            range=f"{i * BINS}–{(i + 1) * BINS - (i < BINS - 1)}",
            count=count,
        )
        for i, count in enumerate(counts)
    )
    told = said(
        N_("{count} learners: {mean:.0f} % on average, and half of them have {median:.0f} % or more."),
        count=len(shares),
        mean=100 * statistics.fmean(shares),
        median=100 * statistics.median(shares),
    )
    edges = tuple(Tick(i * room, f"{i * room:g}") for i in range(BINS + 1))
    return Distribution(tuple(bars), tuple(ticks), edges, told)
