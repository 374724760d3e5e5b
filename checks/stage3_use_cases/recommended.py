"""What the checks of 3.3 ask of a list of recommended films, and what each difference looks like."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from checks.stage3_use_cases.cinema import Nights, Scores
from grader.check import because, returned, shortened
from infra.messages import N_, Message

SCORE = 1e-4
"""Scores that are nearer to each other than this are the same: Milvus keeps single precision."""
Hits = list[tuple[int, float]]
Mistakes = Mapping[str, tuple[Scores, str]]
"""By reason, the scores that a mistake gives, and what it looks like."""


def as_hits(value: Any, function: str, limit: int) -> Hits:
    """Return hits as learner code must return them: pairs of an id and a score, the best first, each film once."""
    hits: Hits = []
    for hit in returned(value, list[list[int | float]], function):
        pair = len(hit) == 2 and isinstance(hit[0], int) and -1e9 < hit[1] < 1e9
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of an id and a score, but it returned {actual}.",
            function=function,
            actual=shortened(hit),
        )
        hits.append((int(hit[0]), float(hit[1])))
    keys = [key for key, _ in hits]
    twice = sorted(key for key in set(keys) if keys.count(key) > 1)
    assert not twice, because(
        "film_twice",
        "{function}() returned the films {twice} more than once.",
        function=function,
        twice=shortened(twice),
    )
    assert len(hits) <= limit, because(
        "too_many",
        "{function}() was asked for {limit} films and returned {actual}.",
        function=function,
        limit=limit,
        actual=len(hits),
    )
    return hits


def assert_unseen(hits: Hits, seen: Collection[int], function: str) -> None:
    """Make sure that nobody is recommended what they know."""
    known = [key for key, _ in hits if key in set(seen)]
    assert not known, because(
        "shows_seen",
        "{function}() was told that the user knows {count} films, and recommends {known} of them.",
        function=function,
        count=len(seen),
        known=shortened(known),
    )


def assert_unblocked(hits: Hits, nights: Nights, blocked: Sequence[str], function: str) -> None:
    """Make sure that nobody is recommended what they never want to see."""
    foul = [(key, nights.category(key)) for key, _ in hits if nights.category(key) in blocked]
    assert not foul, because(
        "shows_blocked",
        "{function}() was told to leave out {blocked}, and recommends {foul}.",
        function=function,
        blocked=", ".join(blocked),
        foul=shortened(foul),
    )


def assert_enough(hits: Hits, limit: int, there: int, function: str) -> None:
    """Make sure that a list is as long as it was asked for."""
    assert len(hits) == limit, because(
        "too_few",
        "{function}() was asked for {limit} films and returned {actual}, though {there} may be recommended. It looks "
        "as if films are thrown out after the search has ended. Leave them out by a filter: then Milvus goes on "
        "looking.",
        function=function,
        limit=limit,
        actual=len(hits),
        there=there,
    )


def assert_best(hits: Hits, scores: Scores, limit: int, function: str, mistakes: Mistakes | None = None) -> None:
    """Hold hits against the films with the best scores; those that tie may change places.

    Args:
        hits: what came.
        scores: of each film; minus infinity for those that may not be recommended.
        limit: how many were asked for.
        function: the learner's, for sentences.
        mistakes: by reason, the scores that a mistake gives, and what it looks like.
    """
    if agrees(hits, scores, limit):
        return
    fields = {"function": function, "actual": _shown(hits), "expected": _shown(best(scores, limit))}
    for reason, (other, sentence) in (mistakes or {}).items():
        if agrees(hits, other, limit):
            raise AssertionError(because(reason, _DIFFERS, looks_like=Message(sentence), **fields))
    same = [key for key, _ in hits] == [key for key, _ in best(scores, limit)]
    assert not same, because(
        "wrong_scores",
        "{function}() returned the right films with other scores: {actual}, expected {expected}.",
        **fields,
    )
    raise AssertionError(
        because(
            "wrong_films",
            "{function}() returned {actual}; the best by numpy are {expected}.",
            **fields,
        )
    )


_DIFFERS = N_("{function}() returned {actual}; the best by numpy are {expected}. {looks_like}")


def agrees(hits: Hits, scores: Scores, limit: int) -> bool:
    """Say whether hits are the best by some scores, and have these scores."""
    wanted = best(scores, limit)
    return len(hits) == len(wanted) and all(
        0 <= key < len(scores) and abs(score - scores[key]) < SCORE and abs(score - other) < SCORE
        for (key, score), (_, other) in zip(hits, wanted, strict=True)
    )


def best(scores: Scores, limit: int) -> Hits:
    """Return the films with the greatest scores, the best first."""
    order = np.argsort(-scores, kind="stable")[:limit]
    return [(int(film), float(scores[film])) for film in order if np.isfinite(scores[film])]


def without(scores: Scores, films: Collection[int]) -> Scores:
    """Return scores by which some films can't be recommended."""
    left = scores.copy()
    left[list(films)] = -np.inf
    return left


def _shown(hits: Hits) -> str:
    """Show the first three."""
    return ", ".join(f"{key} ({score:.3f})" for key, score in hits[:3]) + (" …" if len(hits) > 3 else "")
