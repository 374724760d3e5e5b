"""Axes: which range they show, where their ticks stand, and how numbers are written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

PADDING = 0.07
"""Share of the range that is left free on both sides, so that no point lies on the frame."""
MOST_TICKS = 7


@dataclass(frozen=True)
class Scale:
    """A range of numbers, laid over 0 to 1.

    Attributes:
        low: its lower end.
        high: its upper end, above `low`.
        is_log: whether equal steps are equal factors; both ends are positive then.
    """

    low: float
    high: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Return where a number lies: 0 for the lower end, 1 for the upper one."""
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round numbers of this range, a handful."""
        if self.is_log and self.high / self.low > 5:
            return _decades(self.low, self.high)
        return _steps(self.low, self.high)


def spanning(values: Sequence[float], is_log: bool = False) -> Scale:
    """Return a scale with room around some numbers.

    Args:
        values: at least one; all positive where `is_log`.
        is_log: whether the scale is logarithmic.
    """
    low, high = min(values), max(values)
    if is_log:
        room = max((high / low) ** PADDING, 1.1)
        return Scale(low / room, high * room, True)
    spread = high - low
    room = spread * PADDING if spread > 1e-9 * abs(high) else abs(high) * 0.1 or 1.0
    bottom, top = low - room, high + room
    # A share has an end, and what can't be negative has one too.
    return Scale(max(bottom, 0.0) if low >= 0 else bottom, min(top, 1.0) if 0.5 < high < 1 else top)


def number(value: float) -> str:
    """Return a number as people write it: four digits at most where they tell something."""
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        places = 0 if value == int(value) else max(0, 3 - math.floor(math.log10(abs(value))))
        shown = f"{value:,.{places}f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{value:.3g}"


def alike(values: Sequence[float]) -> list[str]:
    """Return numbers that stand in one column, or along one axis, with the same number of decimals each."""
    shown = [number(value) for value in values]
    sizes = [abs(value) for value in values if value]
    if not sizes or max(sizes) / min(sizes) > 1_000 or "e" in "".join(shown):
        return shown
    places = max(len(text.partition(".")[2]) for text in shown)
    return [f"{value:,.{places}f}" for value in values]


def _steps(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step - 1e-9)
    count = min(math.floor(high / step + 1e-9) - first + 1, MOST_TICKS)
    return list(dict.fromkeys(float(f"{(first + i) * step:.12g}") for i in range(count)))


def _decades(low: float, high: float) -> list[float]:
    """Return 1, 2, 5, 10, … of a range; only 1, 10, 100, … or every n-th of those where that would be too many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    coarser = (((1,), stride) for stride in itertools.count(1))
    for factors, stride in itertools.chain([((1, 2, 5), 1), ((1, 3), 1)], coarser):
        found = [factor * 10.0**power for power in range(first, last + 1, stride) for factor in factors]
        inside = [tick for tick in found if low <= tick <= high]
        if len(inside) <= MOST_TICKS:
            return inside
    raise AssertionError("a stride beyond the range leaves one tick")
