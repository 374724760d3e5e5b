"""The rules that `benchmarks.estimators` compares: each makes of some pairs of timings an interval for their ratio.

A rule looks after certain numbers of pairs, and decides at the first look at which the limit is outside its interval.
The plain ones look once, and their interval is a point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Interval = Callable[[Array, Array, np.random.Generator], tuple[float, float]]
"""Takes the times of the solution and the reference, each of shape (pairs,), and returns the interval of the ratio."""
Statistic = Callable[[Array, Array], Array]
"""Takes times of shape (resamples, pairs) and returns the ratio of each resample."""

RESAMPLES = 1_000
SOME = tuple(range(12, 97, 12))
MORE = tuple(range(12, 145, 12))


@dataclass(frozen=True)
class Rule:
    """A way to decide.

    Attributes:
        name: as the table shows it.
        looks: after how many pairs it looks.
        interval: what it makes of them.
        channel: whether what the channel takes is subtracted from every time first.
        merged: how many samples in a row count as one.
    """

    name: str
    looks: Sequence[int]
    interval: Interval
    channel: bool = True
    merged: int = 1

    def decide(self, trial: Array, limit: float, rng: np.random.Generator) -> tuple[str, float]:
        """Return the verdict on one trial, and how many seconds of timing it took.

        Args:
            trial: shape (pairs, 4): seconds of the solution, the reference, the channel, and all in all.
            limit: the largest ratio that is within.
            rng: for resampling.
        """
        whole = len(trial) // self.merged * self.merged
        rows = trial[:whole].reshape(-1, self.merged, trial.shape[1]).sum(axis=1)
        seen = 0
        for seen in (look for look in self.looks if look <= len(rows)):
            solution, reference = rows[:seen, 0], rows[:seen, 1]
            if self.channel:
                channel = float(np.median(rows[:seen, 2]))
                solution, reference = (np.maximum(times - channel, times / 10) for times in (solution, reference))
            low, high = self.interval(solution, reference, rng)
            if high <= limit or low > limit:
                return ("within" if high <= limit else "beyond"), float(rows[:seen, 3].sum())
        return "undecided", float(rows[:seen, 3].sum())


def minima(solution: Array, reference: Array) -> Array:
    """Fastest over fastest."""
    return _array(solution.min(axis=-1) / reference.min(axis=-1))


def medians(solution: Array, reference: Array) -> Array:
    """Median over median."""
    return _array(np.median(solution, axis=-1) / np.median(reference, axis=-1))


def lower_quartiles(solution: Array, reference: Array) -> Array:
    """Lower quartile over lower quartile."""
    return _array(np.quantile(solution, 0.25, axis=-1) / np.quantile(reference, 0.25, axis=-1))


def sums(solution: Array, reference: Array) -> Array:
    """Sum over sum."""
    return _array(solution.sum(axis=-1) / reference.sum(axis=-1))


def median_ratio(solution: Array, reference: Array) -> Array:
    """Median of the pair ratios."""
    return _array(np.median(solution / reference, axis=-1))


def trimmed_ratio(solution: Array, reference: Array, share: float = 0.2) -> Array:
    """Mean of the logarithms of the pair ratios without the lowest and highest fifth."""
    logs = np.sort(np.log(solution / reference), axis=-1)
    cut = int(share * logs.shape[-1])
    return _array(np.exp(logs[..., cut : logs.shape[-1] - cut].mean(axis=-1)))


def point(statistic: Statistic) -> Interval:
    """Take a statistic at its word."""

    def interval(solution: Array, reference: Array, _: np.random.Generator) -> tuple[float, float]:
        value = float(statistic(solution, reference))
        return value, value

    return interval


def bootstrap(statistic: Statistic, confidence: float) -> Interval:
    """Percentile bootstrap over pairs."""

    def interval(solution: Array, reference: Array, rng: np.random.Generator) -> tuple[float, float]:
        draws = rng.integers(0, len(solution), (RESAMPLES, len(solution)))
        tail = (1 - confidence) / 2
        low, high = np.quantile(statistic(solution[draws], reference[draws]), [tail, 1 - tail])
        return float(low), float(high)

    return interval


def order_statistics(confidence: float) -> Interval:
    """Return the interval of the median ratio between two pair ratios in order, exact whatever the distribution."""

    def interval(solution: Array, reference: Array, _: np.random.Generator) -> tuple[float, float]:
        ordered, n = np.sort(solution / reference), len(solution)
        outside, below = 0.0, -1
        while outside + math.comb(n, below + 1) / 2**n <= (1 - confidence) / 2:
            below += 1
            outside += math.comb(n, below) / 2**n
        return (0.0, math.inf) if below < 0 else (float(ordered[below]), float(ordered[n - 1 - below]))

    return interval


def betting(limit: float, error: float) -> Interval:
    """Bet on which side of the limit the next pair falls; whoever has won enough knows, however often one looks.

    The stake is spread evenly over all chances between one half and one; Ville's inequality bounds the error of the
    whole sequence, if pairs are independent and the median ratio is what counts.
    """

    def interval(solution: Array, reference: Array, _: np.random.Generator) -> tuple[float, float]:
        n, above = len(solution), int((solution > limit * reference).sum())
        if _won(above, n) >= 2 / error:
            return limit * 1.000001, math.inf
        return (0.0, limit) if _won(n - above, n) >= 2 / error else (0.0, math.inf)

    return interval


def _won(hits: int, n: int) -> float:
    """Return what 1 has become: 2^n times the mean of p^hits (1-p)^(n-hits) over p from 0.5 to 1."""
    grid = np.linspace(0.5, 1, 2_001)[:-1] + 0.000125
    return float(np.exp(n * math.log(2) + hits * np.log(grid) + (n - hits) * np.log1p(-grid)).mean())


def _array(values: object) -> Array:
    return np.asarray(values, dtype=np.float64)


def rules(limit: float) -> list[Rule]:
    """Return what is compared."""
    plain = {"min / min": minima, "median / median": medians, "sum / sum": sums, "median of ratios": median_ratio}
    plain["trimmed log ratio"] = trimmed_ratio
    compared = [Rule(f"{name}, {n} pairs", [n], point(of)) for name, of in plain.items() for n in (24, 96)]
    resampled = {"q25 / q25": lower_quartiles, "median / median": medians}
    resampled |= {"median of ratios": median_ratio, "trimmed log ratio": trimmed_ratio}
    for name, of in resampled.items():
        compared += [Rule(f"{name}, bootstrap {c:.0%}", SOME, bootstrap(of, c)) for c in (0.95, 0.99)]
    shared = 1 - 0.01 / len(SOME)
    return [
        *compared,
        Rule("median of ratios, exact 95%", SOME, order_statistics(0.95)),
        Rule("median of ratios, exact 99%", SOME, order_statistics(0.99)),
        Rule("median of ratios, exact, 1% over all looks", SOME, order_statistics(shared)),
        Rule("trimmed log ratio, bootstrap, 1% over all looks", SOME, bootstrap(trimmed_ratio, shared)),
        Rule("always valid: betting on the sign, 1%", range(6, 97), betting(limit, 0.01)),
        Rule("always valid: betting on the sign, 5%", range(6, 97), betting(limit, 0.05)),
        Rule("trimmed, 99%, channel not subtracted", SOME, bootstrap(trimmed_ratio, 0.99), channel=False),
        Rule("trimmed, 99%, samples twice as long", SOME, bootstrap(trimmed_ratio, 0.99), merged=2),
        Rule("trimmed, 99%, samples four times as long", SOME[:2], bootstrap(trimmed_ratio, 0.99), merged=4),
        Rule("trimmed, 99%, first look at 24", SOME[1:], bootstrap(trimmed_ratio, 0.99)),
        Rule("trimmed, 99%, up to 60 pairs", SOME[:5], bootstrap(trimmed_ratio, 0.99)),
        Rule("trimmed, 99%, up to 144 pairs", MORE, bootstrap(trimmed_ratio, 0.99)),
        Rule("trimmed, 95%, up to 144 pairs", MORE, bootstrap(trimmed_ratio, 0.95)),
    ]


def share(count: int, of: int) -> tuple[int, float, float]:
    """Return a count again, with the 95 % interval of the share that it is a sample of (Wilson)."""
    z = 1.96
    centre = (count + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(count * (of - count) / of + z * z / 4)
    return count, max(0.0, centre - half), min(1.0, centre + half)
