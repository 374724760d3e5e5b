"""What the checks of 3.3 ask of the collection: its fields, and the vectors that were stored in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pymilvus import DataType

from checks.collection_assertions import assert_fields, assert_loaded, assert_metric, described
from checks.stage3_use_cases.cinema import FACTORS, Floats, Nights
from checks.stage3_use_cases.factor_assertions import as_cosine, hit_rate
from fixtures.milvus import Milvus
from fixtures.ratings import CONTENT
from grader.check import because, shortened
from infra.messages import N_, Message

NEAR = 1e-4
_FIELDS = {"id": DataType.INT64, "category": DataType.VARCHAR, "vector": DataType.FLOAT_VECTOR}


def assert_schema(milvus: Milvus, collection: str, nights: Nights) -> None:
    """Compare what the server says of the collection with the brief.

    Args:
        milvus: where.
        collection: name of the collection.
        nights: with factors that show what another metric costs.
    """
    description, metrics = described(milvus, collection)
    fields = assert_fields(description, _FIELDS)
    dim = int(fields["vector"]["params"]["dim"])
    assert dim == FACTORS + CONTENT, because(
        "wrong_dim",
        "The field vector should hold {factors} factors and {content} numbers of content; the server says that it has "
        "{actual} numbers.",
        factors=FACTORS,
        content=CONTENT,
        actual=dim,
    )
    by_product = nights.users @ nights.films.T
    by_cosine = as_cosine(nights.users, nights.films)
    assert metrics.get("vector") != "COSINE", because(
        "cosine",
        "The index of vector has the metric COSINE, which brings every film to length 1. How popular a film is stands "
        "in the length of its factors. Here, ten films by inner product hold the one that a user watched next for "
        "{product} of the users, and ten by cosine for {cosine}. Compare by IP.",
        product=f"{hit_rate(by_product, nights.train, nights.held_out):.0%}",
        cosine=f"{hit_rate(by_cosine, nights.train, nights.held_out):.0%}",
    )
    assert_metric(metrics, "vector", "IP")
    assert_loaded(milvus, collection)


def assert_stored(
    rows: list[dict[str, Any]], films: list[int], factors: Floats, contents: Floats, categories: Sequence[str]
) -> None:
    """Compare stored films with what was inserted.

    Args:
        rows: as the server has them, by id.
        films: ids of what was inserted, rising.
        factors: as they were given.
        contents: as they were given, of any length.
        categories: as they were given.
    """
    ids = [row["id"] for row in rows]
    assert ids == films, because(
        "wrong_ids",
        "insert_films() was given films with the ids {expected}, and the server has {actual} of them.",
        expected=shortened(films),
        actual=shortened(ids),
    )
    units = contents / np.linalg.norm(contents, axis=1, keepdims=True)
    stored = np.array([row["vector"] for row in rows])
    right = np.hstack([factors, units])
    if not np.allclose(stored, right, atol=NEAR):
        _say_what_it_looks_like(stored, factors, contents, units)
    wrong = [row for row, category in zip(rows, categories, strict=True) if row["category"] != category]
    assert not wrong, because(
        "wrong_category",
        "Film {id} was inserted as {expected}, and its category is {actual}.",
        id=wrong[0]["id"] if wrong else 0,
        expected=categories[rows.index(wrong[0])] if wrong else "",
        actual=wrong[0]["category"] if wrong else "",
    )


def _say_what_it_looks_like(stored: Floats, factors: Floats, contents: Floats, units: Floats) -> None:
    short = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-12)  # 0 where nobody has watched
    whole = np.hstack([factors, contents])
    for reason, vectors, sentence in (
        (
            "content_as_it_is",
            whole,
            N_("It looks as if contents are stored as they are. At length 1, their inner product is the cosine."),
        ),
        (
            "normalises_factors",
            np.hstack([short, units]),
            N_("It looks as if factors were brought to length 1 too, and with it went what they know of popularity."),
        ),
        (
            "normalises_the_whole",
            whole / np.linalg.norm(whole, axis=1, keepdims=True),
            N_("It looks as if the whole vector was brought to length 1, and with it went the length of the factors."),
        ),
        (
            "normalises_the_whole",
            np.hstack([factors, units]) / np.linalg.norm(np.hstack([factors, units]), axis=1, keepdims=True),
            N_("It looks as if the whole vector was brought to length 1, and with it went the length of the factors."),
        ),
        ("content_first", np.hstack([units, factors]), N_("It looks as if the content stands before the factors.")),
    ):
        assert not np.allclose(stored, vectors, atol=NEAR), because(reason, _STORED, looks_like=Message(sentence))
    place = int(np.argmax(np.abs(stored - np.hstack([factors, units])).max(axis=1)))
    raise AssertionError(
        because(
            "wrong_vectors",
            "The server holds other vectors than were to be inserted: one begins with {actual}, expected {expected}.",
            actual=_shown(stored[place]),
            expected=_shown(np.hstack([factors, units])[place]),
        )
    )


_STORED = N_("The server holds other vectors than were to be inserted. {looks_like}")


def _shown(vector: Floats) -> str:
    return ", ".join(f"{number:.3f}" for number in vector[:3].tolist())
