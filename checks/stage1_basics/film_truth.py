"""Holds what learner code returned or stored against the truth, and says what a difference looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.milvus import Milvus
from fixtures.vectors import best, cosine, inner_product, squared_distance
from grader.check import because, not_graded, returned, shortened

Films = list[dict[str, Any]]
Floats = npt.NDArray[np.floating[Any]]


def as_films(value: Any, function: str) -> Films:
    """Return films as learner code must return them: dicts with at least id, title and details."""
    rows: Films = returned(value, list[dict[str, Any]], function)
    for row in rows:
        missing = {"id", "title", "details"} - set(row)
        assert not missing, because(
            "missing_output_fields",
            "{function}() returned a film without {missing}: {row}. Ask for them with output_fields.",
            function=function,
            missing=", ".join(sorted(missing)),
            row=shortened(row),
        )
    return rows


def assert_same(actual: Films, expected: Films, call: str) -> None:
    """Compare the films that a call returned, in any order, with those that it should."""
    got, wanted = sorted(film["id"] for film in actual), sorted(film["id"] for film in expected)
    assert got == wanted, because(
        "wrong_films",
        "Called {call}. Expected the films {expected}, it returned {actual}.",
        call=call,
        expected=shortened(wanted),
        actual=shortened(got),
    )
    by_key = {film["id"]: film for film in expected}
    for film in actual:
        for field in ("title", "details"):
            assert film[field] == by_key[film["id"]][field], because(
                "wrong_values",
                "Called {call}. The {field} of film {id} should be {expected}, it returned {actual}.",
                call=call,
                field=field,
                id=film["id"],
                expected=shortened(by_key[film["id"]][field]),
                actual=shortened(film[field]),
            )


def assert_stored(milvus: Milvus, collection: str, film: dict[str, Any]) -> None:
    """Look with the grader's own client whether one film is stored as it was given."""
    row = milvus.rows(collection, f"id == {film['id']}")[0]
    for field in ("title", "details", "rating"):
        assert row.get(field) == film[field], because(
            "stored_differently",
            "The {field} of film {id} should be stored as {expected}, but the server has {actual}.",
            field=field,
            id=film["id"],
            expected=shortened(film[field]),
            actual=shortened(row.get(field)),
        )
    assert np.allclose(row["embedding"], film["embedding"], rtol=1e-6), because(
        "vector_changed",
        "The vector of film {id} was stored with norm {actual:.3f}, it was given with norm {expected:.3f}. Store it as "
        "it comes: the metric takes care of lengths.",
        id=film["id"],
        expected=float(np.linalg.norm(film["embedding"])),
        actual=float(np.linalg.norm(row["embedding"])),
    )


def assert_count(milvus: Milvus, collection: str, expected: int, actual: int, otherwise: str) -> None:
    """Compare a count; a wrong one is the statistics, or fails for the reason `otherwise`."""
    if actual == expected:
        return
    reported = int(milvus.client.get_collection_stats(collection)["row_count"])
    assert actual != reported, because(
        "stats_instead_of_count",
        "count_films() returned {actual}, and there are {expected} films. {actual} is what get_collection_stats() "
        "says, which knows sealed segments only. Ask with query() for count(*).",
        actual=actual,
        expected=expected,
    )
    sentence = "count_films() returned {actual}, and there are {expected} films. "
    if otherwise == "stale_count":
        sentence += 'Right after a write a read sees it for sure only with consistency_level="Strong".'
    raise AssertionError(because(otherwise, sentence, actual=actual, expected=expected))


def assert_not_grown(stored: int, expected: int) -> None:
    """Compare the rows after an upsert of keys that were there with the number of keys."""
    assert stored <= expected, because(
        "upsert_grew",
        "upsert_films() was given keys that were there, and now there are {actual} rows for {expected} keys. Milvus "
        "doesn't enforce unique keys: insert adds a second row of the same key (a query may go on showing the old one), "
        "upsert replaces it.",
        expected=expected,
        actual=stored,
    )


def assert_duplicates_show(milvus: Milvus, collection: str, film: dict[str, Any], key: int) -> None:
    """The control: a plain insert of one key twice must leave two rows here, or the check shows nothing."""
    for _ in range(2):
        milvus.client.insert(collection, [film | {"id": key}])
    if milvus.count(collection, f"id == {key}") != 2:
        raise not_graded("no_duplicates", "this server keeps one row a key even after two inserts")


def as_hit(hit: Any) -> tuple[int, float]:
    """Return one hit as learner code must return it: its key and its similarity."""
    match hit:
        case [int(key), float(score)] | [int(key), int(score)]:
            return key, float(score)
    raise AssertionError(
        because(
            "wrong_type",
            "{function}() should return {expected}, but it returned {actual} ({detail}).",
            function="search_films",
            expected="list[tuple[int, float]]",
            actual=shortened(hit),
            detail="each hit is a key and a similarity",
        )
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
