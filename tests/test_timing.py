"""From pairs of timings to a verdict: what holds for any timings, and what comes out in clear and in doubtful cases."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.timing import CAP, FEWEST, STEP, Pair, decide, ratio

LIMIT = 1.3

seconds = st.floats(min_value=1e-4, max_value=10)
some_pairs = st.lists(st.tuples(seconds, seconds), min_size=2, max_size=CAP)


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def machine(true: float, noise: float, seed: int = 1, reference_s: float = 0.01) -> Callable[[], Pair]:
    """Return a source of pairs with log-normal noise on each timing, and a busy moment now and then."""
    rng = chance(seed)

    def pair() -> Pair:
        own, other = np.exp(rng.normal(0, noise, 2))
        if rng.random() < 0.1:
            own *= 3
        if rng.random() < 0.1:
            other *= 3
        return true * reference_s * own, reference_s * other

    return pair


@given(some_pairs, st.floats(min_value=0.01, max_value=100))
def test_a_ratio_has_no_unit(pairs: list[Pair], scale: float) -> None:
    seen = ratio(pairs, LIMIT, chance())
    scaled = ratio([(a * scale, b * scale) for a, b in pairs], LIMIT, chance())
    assert (scaled.estimate, scaled.low, scaled.high) == pytest.approx((seen.estimate, seen.low, seen.high))


@given(some_pairs)
def test_swapping_the_sides_inverts_it(pairs: list[Pair]) -> None:
    seen = ratio(pairs, LIMIT, chance())
    swapped = ratio([(b, a) for a, b in pairs], LIMIT, chance())
    assert swapped.estimate == pytest.approx(1 / seen.estimate)
    assert (swapped.low, swapped.high) == pytest.approx((1 / seen.high, 1 / seen.low))
    assert swapped.noise == pytest.approx(seen.noise)


@given(st.lists(seconds, min_size=1, max_size=CAP))
def test_identical_timings_are_within_the_limit(timings: list[float]) -> None:
    seen = ratio([(s, s) for s in timings], LIMIT, chance())
    assert (seen.estimate, seen.low, seen.high, seen.noise) == (1, 1, 1, 0)
    assert seen.verdict == "within"


@given(some_pairs)
def test_the_verdict_says_where_the_interval_lies(pairs: list[Pair]) -> None:
    seen = ratio(pairs, LIMIT, chance())
    assert seen.low <= seen.high
    assert seen.verdict == ("within" if seen.high <= LIMIT else "beyond" if seen.low > LIMIT else "undecided")


@given(some_pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_move_the_estimate(pairs: list[Pair], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ratio(shuffled, LIMIT, chance()).estimate == pytest.approx(ratio(pairs, LIMIT, chance()).estimate)


@pytest.mark.parametrize("pairs", [[], [(0.0, 1.0)], [(1.0, -1.0)], [(math.nan, 1.0)]])
def test_what_is_no_timing_is_refused(pairs: list[Pair]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        ratio(pairs, LIMIT, chance())


@pytest.mark.parametrize(("true", "verdict"), [(0.5, "within"), (1.0, "within"), (2.0, "beyond"), (20.0, "beyond")])
def test_clear_cases_are_decided_before_the_cap(true: float, verdict: str) -> None:
    for seed in range(20):
        seen = decide(machine(true, noise=0.1, seed=seed), LIMIT, chance())
        assert seen.verdict == verdict
        assert seen.pairs < CAP
        assert seen.low <= true <= seen.high or abs(math.log(seen.estimate / true)) < 0.2


def test_at_the_limit_it_stays_undecided_after_all_pairs() -> None:
    for seed in range(5):
        seen = decide(machine(LIMIT, noise=0.3, seed=seed), LIMIT, chance())
        assert (seen.verdict, seen.pairs) == ("undecided", CAP)


def test_the_same_seed_gives_the_same_verdict() -> None:
    first, second = (decide(machine(1.1, noise=0.3), LIMIT, chance(5)) for _ in range(2))
    assert first == second


def test_it_looks_only_after_whole_steps() -> None:
    taken = itertools.count(1)
    seen = decide(lambda: (float(next(taken) > 0), 1.0), LIMIT, chance())
    assert (seen.verdict, seen.pairs, next(taken)) == ("within", STEP, STEP + 1)


def test_without_patience_a_few_pairs_have_to_do() -> None:
    assert decide(machine(1.0, noise=0.01), LIMIT, chance(), patience_s=0).pairs == FEWEST
    assert decide(machine(1.3, noise=0.3), LIMIT, chance(), patience_s=0).verdict == "undecided"


def test_without_patience_two_pairs_show_who_is_hopeless() -> None:
    seen = decide(machine(100.0, noise=0.1), LIMIT, chance(), patience_s=0)
    assert (seen.pairs, seen.verdict) == (2, "beyond")
