"""What the checks of 3.4 ask of `summarise`: percentiles that are some, and a rate that no failure raises."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from grader.check import because, returned
from grader.runner.submission import Submission
from infra.messages import N_, Message

PERCENTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}
FIGURES = ("qps", "mean_ms", *PERCENTILES, "failed_share")
NEAR = 1e-6
"""How far a figure may be off, as a share of it: rounding of double precision, and no more."""
ALIKE = 0.02
Method = Literal[
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
]
METHODS: tuple[Method, ...] = get_args(Method)
"""The nine definitions of a sample quantile in Hyndman and Fan, The American Statistician 50 (1996): all are right."""

Floats = npt.NDArray[np.float64]


def assert_percentiles(submission: Submission, rng: np.random.Generator) -> None:
    """Have latencies with a long tail summarised, in no order, many and few of them."""
    for number in (int(rng.integers(2_000, 4_000)), int(rng.integers(150, 400)), 1):
        latencies = rng.lognormal(math.log(rng.uniform(0.004, 0.02)), 0.9, number)
        figures = _summary(submission, latencies, 0, float(rng.uniform(2, 9)))
        for name, share in PERCENTILES.items():
            right = [float(np.quantile(latencies, share, method=method)) * 1e3 for method in METHODS]
            mistake = _looks_like(figures[name], latencies, share)
            assert min(right) * (1 - NEAR) <= figures[name] <= max(right) * (1 + NEAR), because(
                mistake,
                "summarise() was given {number} latencies. Its {name} is {actual}, and {expected} is right. {why}",
                name=name,
                number=number,
                actual=f"{figures[name]:.3f}",
                expected=f"{right[METHODS.index('linear')]:.3f}",
                why=Message(_WHY[mistake]),
            )
        mean = 1e3 * float(latencies.mean())
        assert abs(figures["mean_ms"] - mean) <= NEAR * mean, because(
            "wrong_mean",
            "summarise() was given {number} latencies. Its mean_ms is {actual}, and {expected} is right.",
            number=number,
            actual=f"{figures['mean_ms']:.3f}",
            expected=f"{mean:.3f}",
        )


_WHY = {
    "mean_as_median": N_("That is the mean. A few slow answers pull it up; half of all answers are faster than p50."),
    "unit": N_("That is in seconds. The figures are in milliseconds."),
    "order_of_arrival": N_("That is the one at that place in the order of arrival. Sort first."),
    "bell_curve": N_("That is mean plus some standard deviations, as for a bell curve. Latencies have a long tail."),
    "maximum": N_("That is the slowest answer of all."),
    "wrong_percentile": N_("That many of a hundred answers are at most as slow as it. np.quantile() finds it."),
}


def _looks_like(actual: float, latencies: Floats, share: float) -> str:
    """Name the mistake that a percentile looks like."""
    milliseconds = 1e3 * latencies
    mean, deviation = milliseconds.mean(), milliseconds.std()
    bells = {0.5: 0.0, 0.95: 1.645, 0.99: 2.326}
    n = len(latencies)
    places = milliseconds[[int(share * (n - 1)), min(int(share * n), n - 1)]]
    named = [
        ("mean_as_median", share == 0.5 and _like(actual, mean)),
        ("unit", _like(1e3 * actual, float(np.quantile(milliseconds, share)))),
        ("order_of_arrival", any(abs(actual - place) <= NEAR * place for place in places)),
        ("bell_curve", share > 0.5 and any(_like(actual, mean + z * deviation) for z in (bells[share], 2.0, 3.0))),
        ("maximum", _like(actual, float(milliseconds.max()))),
    ]
    return next((name for name, is_it in named if is_it), "wrong_percentile")


def _like(actual: float, mistaken: float) -> bool:
    return abs(actual - mistaken) <= ALIKE * abs(mistaken)


def assert_counts(submission: Submission, rng: np.random.Generator) -> None:
    """Have runs summarised in which some queries failed, all, or none were sent."""
    answered, failed = int(rng.integers(40, 90)), int(rng.integers(30, 60))
    seconds = float(rng.uniform(1, 4))
    latencies = rng.uniform(0.05, 0.3, answered)  # in all far longer than the run: several workers had them
    given = {"answered": answered, "failed": failed, "seconds": f"{seconds:.2f}"}
    figures = _summary(submission, latencies, failed, seconds)
    named = {
        "counts_failures": (answered + failed) / seconds,
        "one_threads_time": answered / float(latencies.sum()),
        "inverse_of_the_mean": 1 / float(latencies.mean()),
    }
    right = answered / seconds
    assert _near(figures["qps"], right), because(
        next((name for name, qps in named.items() if _near(figures["qps"], qps)), "wrong_qps"),
        "summarise() was given {answered} latencies, {failed} failures and {seconds} s. It reported {actual} QPS, and "
        "{expected} is right: answers by the seconds of the run. A failure is no answer; and the latencies of several "
        "workers lie beside each other, so that their sum says nothing of the time that has passed.",
        actual=f"{figures['qps']:.2f}",
        expected=f"{right:.2f}",
        **given,
    )
    assert _near(figures["failed_share"], failed / (answered + failed)), because(
        "wrong_failed_share",
        "summarise() was given {answered} latencies and {failed} failures. It reported a failed_share of {actual}, and "
        "{expected} of all queries failed.",
        actual=f"{figures['failed_share']:.3f}",
        expected=f"{failed / (answered + failed):.3f}",
        **given,
    )
    for none_answered in (failed, 0):
        _assert_empty(_summary(submission, np.empty(0), none_answered, seconds), none_answered)


def _assert_empty(figures: dict[str, float], failed: int) -> None:
    share = 1.0 if failed else 0.0
    right = figures["qps"] == 0 and figures["failed_share"] == share and all(map(math.isnan, _latencies(figures)))
    assert right, because(
        "empty_run",
        "summarise() was given no latency and {failed} failures. It returned {actual}. Expected are qps 0, "
        "failed_share {share:g}, and nan for the mean and the percentiles: a latency of 0 would be the best that was "
        "ever measured.",
        failed=failed,
        share=share,
        actual=", ".join(f"{name} {value:g}" for name, value in figures.items()),
    )


def _latencies(figures: dict[str, float]) -> list[float]:
    return [figures[name] for name in ("mean_ms", *PERCENTILES)]


def _near(actual: float, right: float) -> bool:
    return abs(actual - right) <= NEAR * right


def _summary(submission: Submission, latencies: Floats, failed: int, seconds: float) -> dict[str, float]:
    return as_figures(submission.call("summarise", latencies.tolist(), failed, seconds), "summarise")


def as_figures(said: Any, function: str) -> dict[str, float]:
    """Return what `summarise` said, if all figures are there."""
    figures = {name: value for name, value in returned(said, dict[str, Any], function).items() if name in FIGURES}
    missing = [name for name in FIGURES if name not in figures]
    assert not missing, because(
        "figure_missing",
        "{function}() returned no {missing}.",
        function=function,
        missing=", ".join(missing),
    )
    return {name: float(value) for name, value in returned(figures, dict[str, float | int], function).items()}
