"""Recall by distance with ties and an interval, and the mistakes that an answer looks like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recall import GroundTruth, Metric, exact, recall_of
from fixtures.signatures import looks_like, overlap
from fixtures.vectors import cosine, inner_product, squared_distance

seeds = st.integers(0, 2**31)
metrics = st.sampled_from(["COSINE", "IP", "L2"])
shares = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=1, max_size=60)


def made(seed: int, rows: int = 60, queries: int = 5, dim: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((queries, dim)) * rng.uniform(0.5, 4), rng.standard_normal((rows, dim)) * 3


def truth_of(seed: int, metric: Metric, k: int = 7) -> GroundTruth:
    queries, vectors = made(seed)
    return exact(queries, vectors, metric, k, keys=np.arange(100, 160))


@given(seeds, metrics)
def test_neighbours_are_those_of_one_query_at_a_time(seed: int, metric: Metric) -> None:
    queries, vectors = made(seed)
    single = {"COSINE": cosine, "IP": inner_product, "L2": lambda q, v: -squared_distance(q, v)}[metric]
    truth = exact(queries, vectors, metric, 7)
    for query, row in zip(queries, truth.closeness, strict=True):
        assert np.allclose(row, single(query, vectors))


@given(seeds, metrics)
def test_the_truth_itself_has_recall_1_in_any_order(seed: int, metric: Metric) -> None:
    truth = truth_of(seed, metric)
    for found in (truth.neighbours(), truth.neighbours()[:, ::-1]):
        assert truth.recall(found.tolist()).mean == 1.0


@given(seeds, metrics, st.integers(0, 7))
def test_each_neighbour_that_is_missing_costs_its_share(seed: int, metric: Metric, missing: int) -> None:
    truth = truth_of(seed, metric)
    found = truth.neighbours()[:, missing:].tolist()
    assert truth.recall(found).mean == pytest.approx((7 - missing) / 7)


@given(seeds, metrics)
def test_repeated_unknown_and_surplus_keys_earn_nothing(seed: int, metric: Metric) -> None:
    truth = truth_of(seed, metric)
    first = truth.neighbours()[:, :1]
    assert truth.recall(np.repeat(first, 7, axis=1).tolist()).mean == pytest.approx(1 / 7)
    assert truth.recall([[5_000 + n for n in range(7)]] * 5).mean == 0.0
    worst = truth.keys[np.argsort(truth.closeness, axis=1)[:, :7]]
    late = np.hstack([worst, truth.neighbours()])  # the right ones come behind k wrong ones
    assert truth.recall(late.tolist()).mean == 0.0


def test_a_tie_is_not_a_miss() -> None:
    vectors = np.repeat(np.eye(3), 4, axis=0)  # each direction four times
    truth = exact(np.array([[1.0, 0, 0]]), vectors, "COSINE", 2)
    assert truth.recall([[2, 3]]).mean == 1.0
    assert truth.recall([[0, 5]]).mean == 0.5


def test_where_fewer_rows_may_be_found_all_of_them_are_wanted() -> None:
    queries, vectors = made(1)
    few = np.zeros(len(vectors), dtype=bool)
    few[:3] = True
    truth = exact(queries, vectors, "L2", 7, allowed=few)
    assert truth.recall([[0, 1, 2]] * 5).mean == 1.0
    assert truth.recall([[0, 1]] * 5).mean == pytest.approx(2 / 3)
    none = exact(queries, vectors, "L2", 7, allowed=np.zeros(len(vectors), dtype=bool))
    assert none.recall([[]] * 5).mean == 1.0
    assert none.recall([[1]] * 5).mean == 0.0


def test_an_answer_for_each_query_is_needed() -> None:
    with pytest.raises(ValueError, match="4 answers for 5 queries"):
        truth_of(1, "L2").recall([[1]] * 4)


@given(shares)
def test_the_interval_holds_the_mean_and_is_the_same_each_time(of_queries: list[float]) -> None:
    recall = recall_of(of_queries)
    assert 0 <= recall.low <= recall.mean + 1e-9
    assert recall.mean - 1e-9 <= recall.high <= 1
    again = recall_of(of_queries)
    assert (again.low, again.high) == (recall.low, recall.high)


def test_more_queries_make_the_interval_narrower() -> None:
    few, many = recall_of([0.5, 1.0] * 5), recall_of([0.5, 1.0] * 200)
    assert many.high - many.low < (few.high - few.low) / 3


def test_the_interval_covers_what_it_claims() -> None:
    """Of samples of 100 queries from a known population, about 95 % have an interval that holds its mean."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        sample = recall_of(rng.binomial(10, 0.9, 100) / 10)
        held += sample.low <= 0.9 <= sample.high
    assert held >= 180  # 90 %: a percentile bootstrap of 100 is a little narrow, and this is a sample too


def test_a_doubt_is_the_learners_and_a_control_must_be_clear() -> None:
    low, near, high = recall_of([0.1, 0.2] * 50), recall_of([0.9, 1.0] * 50), recall_of([1.0] * 100)
    assert near.may_reach(0.955)
    assert not near.may_reach(0.99)
    assert low.clearly_below(near)
    assert near.clearly_below(high)
    assert not high.clearly_below(near)
    assert not near.clearly_below(near)


@given(seeds)
def test_an_answer_by_another_metric_is_called_by_its_name(seed: int) -> None:
    queries, vectors = made(seed)
    truth = exact(queries, vectors, "COSINE", 5).neighbours()
    mistakes = {name: exact(queries, vectors, name, 5).neighbours() for name in ("IP", "L2")}
    for name, answers in mistakes.items():
        other = mistakes["L2" if name == "IP" else "IP"]
        if overlap(answers, truth) < 0.85 and overlap(answers, other) < 1:
            assert looks_like(answers, truth, mistakes) == name
    assert looks_like(truth, truth, mistakes) is None


def test_an_answer_that_fits_nothing_has_no_name() -> None:
    assert looks_like([[1, 2, 3]], [[4, 5, 6]], {"some": [[7, 8, 9]]}) is None
    assert looks_like([[1, 2, 3]], [[4, 5, 6]], {}) is None
    assert looks_like([], [], {"some": []}) is None
