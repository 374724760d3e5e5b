"""Whether one piece of code takes at most so many times as long as another, from pairs of timings taken in turn.

    pairs = [(0.031, 0.024), …]                   # seconds: of what is judged, and of the reference just beside it
    ratio(pairs, limit=1.3, rng=rng).verdict      # "within", "beyond", or "undecided"
    decide(next_pair, limit=1.3, rng=rng)         # takes more pairs until it can tell, up to a cap

A busy moment of the machine hits both timings of a pair, so that their ratio hardly moves; the pairs in which it hits
one of them are cut off by the trimmed mean. docs/measuring.md has the experiment that the estimator and the constants
here come from.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Decision = Literal["within", "beyond", "undecided"]
Pair = tuple[float, float]
"""Seconds of what is judged, and of the reference."""

CONFIDENCE = 0.99
"""Of the interval at each look."""
STEP = 12
"""Pairs between two looks."""
CAP = 144
"""Pairs after which it stays undecided."""
TRIMMED = 0.2
"""Share of the pairs that is left out at each end."""
RESAMPLES = 2_000
PATIENCE_S = 12.0
"""After this many seconds what is there has to do."""
FEWEST = 6
"""Pairs without which no interval means anything."""
HOPELESS = 10.0
"""Times the limit: who is out by so much in both of two pairs, and has used up the patience, is beyond it."""


@dataclass(frozen=True)
class Ratio:
    """How many times as long as the reference something takes.

    Attributes:
        estimate: the 20 % trimmed mean of the logarithms of the pair ratios, as a ratio.
        low: lower end of its interval: a percentile bootstrap over pairs.
        high: upper end.
        pairs: how many pairs it comes from.
        noise: how far the ratio of a single pair is off, typically: 0.1 is 10 % (1.48 × the median absolute deviation).
        verdict: `within` where the whole interval is at or below the limit, `beyond` where it is above.
    """

    estimate: float
    low: float
    high: float
    pairs: int
    noise: float
    verdict: Decision


def ratio(pairs: Sequence[Pair], limit: float, rng: np.random.Generator, confidence: float = CONFIDENCE) -> Ratio:
    """Estimate a ratio of durations and hold it against a limit.

    Args:
        pairs: timings in seconds, each above 0; only their ratios count, whatever the unit.
        limit: the largest ratio that is all right.
        rng: for the resampling.
        confidence: of the interval.

    Raises:
        ValueError: there are no pairs, or a timing isn't above 0.
    """
    seconds = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    if not len(seconds) or not (seconds > 0).all():
        raise ValueError("a ratio needs pairs of timings above 0")
    logs = np.log(seconds[:, 0] / seconds[:, 1])
    draws = rng.integers(0, len(logs), (RESAMPLES, len(logs)))
    tail = (1 - confidence) / 2
    low, high = np.exp(np.quantile(_trimmed_mean(logs[draws]), [tail, 1 - tail]))
    off = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    verdict: Decision = "within" if high <= limit else "beyond" if low > limit else "undecided"
    return Ratio(math.exp(float(_trimmed_mean(logs))), float(low), float(high), len(logs), math.expm1(off), verdict)


def decide(
    next_pair: Callable[[], Pair],
    limit: float,
    rng: np.random.Generator,
    *,
    step: int = STEP,
    cap: int = CAP,
    patience_s: float = PATIENCE_S,
) -> Ratio:
    """Take pairs until they decide, looking after every `step` of them.

    Args:
        next_pair: times once more; seconds.
        limit: the largest ratio that is all right.
        rng: for the resampling.
        step: pairs between two looks.
        cap: pairs after which it stays undecided.
        patience_s: seconds after which the pairs that are there are looked at for the last time.
    """
    deadline = time.monotonic() + patience_s
    pairs: list[Pair] = []
    while True:
        pairs.append(next_pair())
        last = time.monotonic() > deadline and (len(pairs) >= FEWEST or _is_hopeless(pairs, limit))
        if last or len(pairs) % step == 0 or len(pairs) >= cap:
            seen = ratio(pairs, limit, rng)
            if seen.verdict != "undecided" or last or len(pairs) >= cap:
                return seen


def _is_hopeless(pairs: Sequence[Pair], limit: float) -> bool:
    return len(pairs) > 1 and all(judged > HOPELESS * limit * reference for judged, reference in pairs)


def _trimmed_mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean along the last axis without the lowest and highest fifth."""
    cut = int(TRIMMED * values.shape[-1])
    kept = np.sort(values, axis=-1)[..., cut : values.shape[-1] - cut]
    mean: npt.NDArray[np.float64] = kept.mean(axis=-1)
    return mean
