"""What the checks of 1.3 ask of a search: its hits beside exact search, and what a difference looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.stage1_basics.film_catalogue import Floats
from fixtures.vectors import best, cosine, inner_product, squared_distance
from grader.check import because, returned, shortened


def as_hits(value: Any, function: str) -> list[tuple[int, float]]:
    """Return hits as learner code must return them: pairs of a key and a similarity."""
    hits = []
    for hit in returned(value, list[list[int | float]], function):
        pair = len(hit) == 2 and isinstance(hit[0], int) and -1e9 < hit[1] < 1e9
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of an id and a similarity, but it returned {actual}.",
            function=function,
            actual=shortened(hit),
        )
        hits.append((hit[0], float(hit[1])))
    return hits


def assert_kept(films: Sequence[Mapping[str, Any]], keys: npt.NDArray[np.int64], vectors: Floats) -> None:
    """Make sure that films which were just stored are among those that are there, vectors and all."""
    there = dict(zip(keys.tolist(), vectors, strict=True))
    changed = [f["id"] for f in films if f["id"] not in there or not np.allclose(there[f["id"]], f["embedding"])]
    assert not changed, because(
        "films_replaced",
        "Films that were stored a moment before search_films() was called are gone or changed: {changed}. Does your "
        "code delete films, or replace the collection, when it is imported?",
        changed=shortened(changed),
    )


def assert_nearest(
    hits: Sequence[tuple[int, float]],
    keys: npt.NDArray[np.int64],
    vectors: Floats,
    query: Floats,
) -> None:
    """Compare hits with exact search, by similarity with a tolerance: films that tie may change places."""
    similarity = cosine(query, vectors)
    truth = best(similarity, len(hits))
    place = {int(key): i for i, key in enumerate(keys)}
    got = [place.get(key, -1) for key, _ in hits]
    found = np.array([similarity[i] if i >= 0 else -2.0 for i in got])
    if len(set(got)) == len(got) and np.allclose(found, similarity[truth], atol=1e-5):
        assert np.allclose([score for _, score in hits], found, atol=1e-4), because(
            "wrong_scores",
            "The films are the right ones, but their scores are {actual}, expected cosine similarities {expected}.",
            actual=shortened([round(score, 3) for _, score in hits]),
            expected=shortened([round(float(s), 3) for s in found]),
        )
        return
    ids, wanted = [key for key, _ in hits], [int(keys[i]) for i in truth]
    sentence = "search_films() returned {actual}, numpy's nearest by cosine are {expected}. "
    for reason, looks_like, order in (
        (
            "inner_product",
            "It looks like inner product (IP), which favours long vectors.",
            best(inner_product(query, vectors), len(hits)),
        ),
        (
            "euclidean",
            "It looks like Euclidean distance (L2).",
            best(-squared_distance(query, vectors), len(hits)),
        ),
        ("worst_first", "It looks like the films that are least similar.", best(-similarity, len(hits))),
        ("reversed", "They are the right films with the best last.", truth[::-1]),
    ):
        assert got != [int(i) for i in order], because(
            reason, sentence + looks_like, actual=shortened(ids), expected=shortened(wanted)
        )
    raise AssertionError(
        because(
            "wrong_order",
            sentence + "Which metric does the index have?",
            actual=shortened(ids),
            expected=shortened(wanted),
        )
    )
