"""Made-up data keeps its promises for every seed and size."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.generators import DAY, clustered, directions, drifting, products, tenants

seeds = st.integers(0, 2**32)
quick = settings(max_examples=40, deadline=None)


@quick
@given(seed=seeds, n=st.integers(0, 200), dim=st.integers(1, 40), clusters=st.integers(1, 20))
def test_clustered_vectors_lie_beside_their_centre(seed: int, n: int, dim: int, clusters: int) -> None:
    made = clustered(np.random.default_rng(seed), n, dim, clusters, spread=0.0)
    assert made.vectors.shape == (n, dim)
    assert made.vectors.dtype == made.centres.dtype == np.float32
    assert made.centres.shape == (clusters, dim)
    assert np.array_equal(made.vectors, made.centres[made.cluster])


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.5])
def test_spread_is_the_distance_from_the_centre(spread: float) -> None:
    made = clustered(np.random.default_rng(3), 2_000, 32, 10, spread)
    distances = np.linalg.norm(made.vectors - made.centres[made.cluster], axis=1)
    assert np.sqrt(np.mean(distances**2)) == pytest.approx(spread, rel=0.03)


def test_all_clusters_are_alike_in_size() -> None:
    sizes = Counter(clustered(np.random.default_rng(5), 10_000, 4, 10, 0.1).cluster.tolist())
    assert len(sizes) == 10
    assert max(sizes.values()) < 1.2 * min(sizes.values())


@quick
@given(
    seed=seeds,
    count=st.integers(1, 30),
    more=st.integers(0, 500),
    largest=st.floats(0, 1),
)
def test_every_tenant_has_a_row_and_one_has_its_share(seed: int, count: int, more: int, largest: float) -> None:
    n = count + more
    owners = tenants(np.random.default_rng(seed), n, count, max(largest, 1 / n))
    rows = Counter(owners.tolist())
    assert owners.shape == (n,)
    assert owners.dtype == np.int64
    assert set(rows) == set(range(count))


def test_the_largest_tenant_has_nine_rows_of_ten_and_is_not_always_the_same() -> None:
    largest = set()
    for seed in range(20):
        rows = Counter(tenants(np.random.default_rng(seed), 5_000, 25).tolist())
        (tenant, most), *others = rows.most_common()
        assert most == 4_500
        assert {count for _, count in others} == {20, 21}
        largest.add(tenant)
    assert len(largest) > 5


def test_tenants_are_mixed_through_the_rows() -> None:
    owners = tenants(np.random.default_rng(1), 2_000, 11)
    small = np.flatnonzero(owners != Counter(owners.tolist()).most_common(1)[0][0])
    assert small.min() < 200
    assert small.max() > 1_800


@quick
@given(seed=seeds, n=st.integers(0, 200), dim=st.integers(2, 40), clusters=st.integers(1, 10))
def test_a_stream_runs_from_its_start_to_its_end(seed: int, n: int, dim: int, clusters: int) -> None:
    stream = drifting(np.random.default_rng(seed), n, dim, clusters, spread=0.0, seconds=30 * DAY)
    assert stream.vectors.shape == (n, dim)
    assert stream.vectors.dtype == np.float32
    assert np.all(np.diff(stream.time) >= 0)
    assert np.all((stream.time >= 0) & (stream.time <= 30 * DAY))
    assert np.allclose(np.linalg.norm(stream.vectors, axis=1), 1, atol=1e-3)


def test_a_stream_moves_at_an_even_pace() -> None:
    stream = drifting(np.random.default_rng(2), 4_000, 24, 6, spread=0.2)
    share = stream.time / (365 * DAY)
    near_start = np.einsum("ij,ij->i", stream.vectors, stream.start[stream.cluster])
    near_end = np.einsum("ij,ij->i", stream.vectors, stream.end[stream.cluster])
    assert near_start[share < 0.1].mean() > 0.95
    assert near_end[share > 0.9].mean() > 0.95
    middle = (share > 0.45) & (share < 0.55)
    assert near_start[middle].mean() == pytest.approx(near_end[middle].mean(), abs=0.1)


def test_directions_have_length_one_and_no_favourite() -> None:
    made = directions(np.random.default_rng(0), 5_000, 16)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert np.linalg.norm(made.mean(axis=0)) < 0.05


@quick
@given(seed=seeds, n=st.integers(0, 60), dim=st.integers(1, 16))
def test_products_can_be_stored(seed: int, n: int, dim: int) -> None:
    rows = products(np.random.default_rng(seed), range(1, n + 1), dim)
    assert [row["id"] for row in rows] == list(range(1, n + 1))
    assert json.loads(json.dumps(rows)) == rows  # plain values only, as a client wants them
    for row in rows:
        assert len(row["embedding"]) == dim
        assert len(row["name"].encode()) <= 60
        assert 1_000 <= row["price"] <= 1_000_000
        assert row["price"] % 100 == 0
        assert 0 <= row["stock"] < 200
        assert len(set(row["tags"])) == len(row["tags"]) <= 5
        assert 1 <= row["attributes"]["ratings"]["mean"] <= 5


def test_products_hold_what_breaks_a_filter_expression() -> None:
    rows = products(np.random.default_rng(4), range(2_000), 2)
    said = "".join(row["name"] + row["brand"] for row in rows)
    assert all(character in said for character in "'\"\\%_&")
    assert any("가" <= character <= "힣" for character in said)
    assert 0 < sum("weight_g" not in row["attributes"] for row in rows) < 400


@pytest.mark.parametrize(("share", "expected"), [(0.01, 20), (0.5, 1_000), (0.0, 0)])
def test_the_rare_tag_is_as_rare_as_asked(share: float, expected: int) -> None:
    rows = products(np.random.default_rng(6), range(2_000), 2, share)
    assert sum("rare" in row["tags"] for row in rows) == expected


def test_equal_seeds_give_equal_data_and_others_do_not() -> None:
    first, again, other = (np.random.default_rng(seed) for seed in (1, 1, 2))
    same = products(first, range(20), 4)
    assert same == products(again, range(20), 4)
    assert same != products(other, range(20), 4)
    assert np.array_equal(clustered(first, 9, 3, 2, 0.1).vectors, clustered(again, 9, 3, 2, 0.1).vectors)
    assert np.array_equal(tenants(first, 50, 5), tenants(again, 50, 5))
    assert np.array_equal(drifting(first, 9, 3, 2, 0.1).vectors, drifting(again, 9, 3, 2, 0.1).vectors)


def test_numbers_that_make_no_sense_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="in 0 clusters"):
        clustered(rng, 10, 4, 0, 0.1)
    with pytest.raises(ValueError, match="spread -1"):
        drifting(rng, 10, 4, 2, -1)
    with pytest.raises(ValueError, match="3 rows don't give each of 9 tenants one"):
        tenants(rng, 3, 9)
    with pytest.raises(ValueError, match=r"a share of 1\.5"):
        tenants(rng, 10, 2, 1.5)
