"""What the checks of 3.3 ask of the two functions that look at lists of films: evaluate and diversify."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.ratings import CONTENT
from grader.check import because, returned, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

Floats = npt.NDArray[np.floating[Any]]
Lists = list[list[int]]
Numbers = npt.NDArray[np.int64]
FILMS = 60
CASES = 4
FIGURE = 1e-6


def assert_evaluates(submission: Submission, rng: np.random.Generator) -> None:
    """Have fresh lists evaluated: of different lengths, some empty, and at last all of them."""
    cases = [(*_lists(rng), rng.integers(0, 90, FILMS)) for _ in range(CASES)]
    cases.append(([[], []], [3, 4], rng.integers(0, 90, FILMS)))
    for case, said in zip(cases, submission.map("evaluate", cases), strict=True):
        if isinstance(said, LearnerError):
            raise said
        _assert_figures(returned(said, dict[str, float], "evaluate"), *case)


def _lists(rng: np.random.Generator) -> tuple[Lists, list[int]]:
    """Return lists of 0 to 12 films and what was watched next: in 40 % it is in the list."""
    lists = [rng.permutation(FILMS // 2)[:length].tolist() for length in rng.integers(0, 13, 40)]
    lists[0] = []
    held_out = [
        films[int(rng.integers(len(films)))] if films and rng.random() < 0.4 else int(rng.integers(FILMS // 2, FILMS))
        for films in lists
    ]
    return lists, held_out


def _assert_figures(said: dict[str, float], lists: Lists, held_out: list[int], watched: Numbers) -> None:
    assert {"hit_rate", "coverage", "popularity"} <= said.keys(), because(
        "missing_figures",
        "evaluate() should return a dict with hit_rate, coverage and popularity; it returned {actual}.",
        actual=shortened(sorted(said)),
    )
    for figure, expected in _figures(lists, held_out, watched).items():
        if abs(said[figure] - expected) < FIGURE:
            continue
        for reason, of, value, sentence in _mistakes(lists, held_out, watched):
            assert of != figure or abs(said[figure] - value) >= FIGURE, because(
                reason, _FIGURE, **_fields(lists, figure, said[figure], expected), looks_like=Message(sentence)
            )
        raise AssertionError(
            because(
                f"wrong_{figure}",
                "evaluate() was given {lists} lists and says that {figure} is {actual}, expected {expected}.",
                **_fields(lists, figure, said[figure], expected),
            )
        )


_FIGURE = N_("evaluate() was given {lists} lists and says that {figure} is {actual}, expected {expected}. {looks_like}")


def _fields(lists: Lists, figure: str, actual: float, expected: float) -> dict[str, object]:
    return {"lists": len(lists), "figure": figure, "actual": f"{actual:.4f}", "expected": f"{expected:.4f}"}


def _figures(lists: Lists, held_out: list[int], watched: Numbers) -> dict[str, float]:
    places = list(chain(*lists))
    return {
        "hit_rate": float(np.mean([film in films for film, films in zip(held_out, lists, strict=True)])),
        "coverage": len(set(places)) / len(watched),
        "popularity": float(watched[places].mean()) if places else 0.0,
    }


def _mistakes(lists: Lists, held_out: list[int], watched: Numbers) -> Iterator[tuple[str, str, float, str]]:
    """Yield the reason, the figure, its wrong value and what it looks like."""
    places = list(chain(*lists))
    if not places:
        return
    hits = sum(film in films for film, films in zip(held_out, lists, strict=True))
    filled = [films for films in lists if films]
    yield (
        "precision",
        "hit_rate",
        hits / len(places),
        N_("It looks like hits per recommended film, which is precision: count the users who got what they wanted."),
    )
    yield (
        "skips_empty_lists",
        "hit_rate",
        hits / len(filled),
        N_("It looks as if users with an empty list are left out. An empty list is a miss."),
    )
    yield (
        "counts_places",
        "coverage",
        len(places) / len(watched),
        N_("It looks as if a film counts each time that it is recommended: coverage counts it once."),
    )
    yield (
        "share_of_recommended",
        "coverage",
        len(set(places)) / len(places),
        N_("It looks like a share of the recommended places; it is the share of all films."),
    )
    yield (
        "counts_films_once",
        "popularity",
        float(watched[sorted(set(places))].mean()),
        N_("It looks as if each film counts once, however often it is recommended. People see the places."),
    )
    yield (
        "mean_of_means",
        "popularity",
        float(np.mean([watched[films].mean() for films in filled])),
        N_("It looks like a mean of each list's mean, where a film in a short list counts more."),
    )


def assert_diversifies(submission: Submission, rng: np.random.Generator) -> None:
    """Have fresh candidates chosen from, with little and much variety."""
    for variety in (0.0, 0.3, 0.6, 1.0):
        hits, contents = _candidates(rng)
        for limit in (8, len(hits) + 5):
            said = submission.call("diversify", hits, contents, limit, variety)
            keys: list[int] = returned(said, list[int], "diversify")
            _assert_chosen(keys, hits, contents, limit, variety)


def _candidates(rng: np.random.Generator) -> tuple[list[tuple[int, float]], npt.NDArray[np.float32]]:
    """Return 30 candidates in five bunches of films that are much alike, with contents of any length."""
    keys = rng.choice(100_000, 30, replace=False).tolist()
    scores = np.sort(rng.uniform(0.2, 1.2, 30))[::-1].tolist()
    bunches = rng.standard_normal((5, CONTENT))[rng.integers(0, 5, 30)] + 0.5 * rng.standard_normal((30, CONTENT))
    return list(zip(keys, scores, strict=True)), (bunches * rng.lognormal(0, 0.7, (30, 1))).astype(np.float32)


def _assert_chosen(
    keys: list[int], hits: list[tuple[int, float]], contents: Floats, limit: int, variety: float
) -> None:
    expected = _chosen(hits, _alike(contents), limit, variety)
    if keys == expected:
        return
    fields = {"variety": variety, "limit": limit, "actual": shortened(keys[:5]), "expected": shortened(expected[:5])}
    inner = contents.astype(np.float64) @ contents.astype(np.float64).T
    for reason, order, sentence in (
        (
            "ignores_variety",
            [key for key, _ in hits[:limit]],
            N_("It looks like the best hits in their order, however alike they are."),
        ),
        (
            "swaps_the_weights",
            _chosen(hits, _alike(contents), limit, 1 - variety),
            N_("It looks as if variety and 1 - variety changed places."),
        ),
        (
            "not_cosine",
            _chosen(hits, inner, limit, variety),
            N_("It looks like inner products of the contents as they are: bring them to length 1 first."),
        ),
        (
            "mean_similarity",
            _chosen(hits, _alike(contents), limit, variety, mean=True),
            N_("It looks like the mean similarity to the chosen films; it is the greatest that tells a repetition."),
        ),
    ):
        assert keys != order, because(reason, _CHOSEN, looks_like=Message(sentence), **fields)
    raise AssertionError(
        because(
            "wrong_choice",
            "diversify(…, limit={limit}, variety={variety}) begins with {actual}, expected {expected}.",
            **fields,
        )
    )


_CHOSEN = N_("diversify(…, limit={limit}, variety={variety}) begins with {actual}, expected {expected}. {looks_like}")


def _alike(contents: Floats) -> Floats:
    units = contents / np.linalg.norm(contents, axis=1, keepdims=True)
    alike: Floats = units.astype(np.float64) @ units.astype(np.float64).T
    return alike


def _chosen(hits: list[tuple[int, float]], alike: Floats, limit: int, variety: float, mean: bool = False) -> list[int]:
    """Return ids by maximal marginal relevance."""
    left, chosen = list(range(1, len(hits))), [0]
    while left and len(chosen) < limit:
        near = alike[np.ix_(left, chosen)].mean(axis=1) if mean else alike[np.ix_(left, chosen)].max(axis=1)
        worth = [(1 - variety) * hits[place][1] - variety * close for place, close in zip(left, near, strict=True)]
        chosen.append(left.pop(int(np.argmax(worth))))
    return [hits[place][0] for place in chosen]
