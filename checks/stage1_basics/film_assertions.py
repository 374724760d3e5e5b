"""What the checks of 1.3 ask of films, hits, counts and titles, and what each difference looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from checks.stage1_basics.film_catalogue import DIM, TITLE_BYTES, Catalogue, Films, Floats
from fixtures.vectors import best, cosine, inner_product, squared_distance
from grader.check import Reason, because, not_graded, returned, shortened
from grader.runner.errors import LearnerError


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
        assert isinstance(row["id"], int), because(
            "wrong_id",
            "{function}() returned a film whose id is {id}, and ids are whole numbers.",
            function=function,
            id=shortened(row["id"]),
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


def assert_stored(row: dict[str, Any], film: dict[str, Any]) -> None:
    """Compare a row as the grader's own client sees it with the film that was given."""
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


def assert_count(catalogue: Catalogue, expected: int, actual: int, otherwise: str) -> None:
    """Compare a count; a wrong one is the statistics, or fails for the reason `otherwise`."""
    if actual == expected:
        return
    reported = int(catalogue.milvus.client.get_collection_stats(catalogue.collection)["row_count"])
    assert actual != reported, because(
        "stats_instead_of_count",
        "count_films() returned {actual}, and there are {expected} films. {actual} is what get_collection_stats() "
        "says, which knows sealed segments only. Ask with query() for count(*).",
        actual=actual,
        expected=expected,
    )
    if otherwise == "wrong_count":
        sentence = "count_films() returned {actual}, and there are {expected} films."
    else:
        sentence = (
            "count_films() returned {actual}, and there are {expected} films. Right after a write a read sees it for "
            'sure only with consistency_level="Strong".'
        )
    raise AssertionError(because(otherwise, sentence, actual=actual, expected=expected))


def assert_not_grown(stored: int, expected: int) -> None:
    """Compare the rows after an upsert of keys that were there with the number of keys."""
    assert stored <= expected, because(
        "upsert_grew",
        "upsert_films() was given keys that were there, and now there are {actual} rows for {expected} keys. Milvus "
        "doesn't enforce unique keys: insert adds a second row of the same key (and a query may go on showing the old "
        "one), upsert replaces it.",
        expected=expected,
        actual=stored,
    )


def assert_duplicates_show(catalogue: Catalogue, key: int) -> None:
    """The control: a plain insert of one key twice must leave two rows here, or the check shows nothing."""
    film = catalogue.new([key])
    catalogue.write(film)
    catalogue.write(film)
    if catalogue.count(f"id == {key}") != 2:
        raise not_graded("no_duplicates", "this server keeps one row a key even after two inserts")


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


def assert_schema(described: dict[str, Any]) -> None:
    """Compare what the server says of the collection with the brief."""
    fields = {field["name"]: field for field in described["fields"]}
    for name, kind in _FIELDS.items():
        assert name in fields, because(
            "no_field",
            "The collection has no field {name}; it has: {there}.",
            name=name,
            there=", ".join(fields),
        )
        assert fields[name]["type"] == kind, because(
            "wrong_field_type",
            "The field {name} should be {expected}, but the server says {actual}.",
            name=name,
            expected=kind.name,
            actual=DataType(fields[name]["type"]).name,
        )
    assert not described["auto_id"], because(
        "auto_id", "The server would make up its own keys (auto_id). Films bring their id along."
    )
    for name, parameter, expected in (("embedding", "dim", DIM), ("title", "max_length", TITLE_BYTES)):
        actual = int(fields[name]["params"][parameter])
        assert actual == expected, because(
            "wrong_length",
            "The field {name} should have {parameter}={expected}, but the server says {actual}.",
            name=name,
            parameter=parameter,
            expected=expected,
            actual=actual,
        )
    assert described["enable_dynamic_field"], because(
        "no_dynamic_field",
        "The collection takes no fields beyond its schema. Films come with a rating that the schema doesn't name: "
        "enable the dynamic field.",
    )


_FIELDS = {
    "id": DataType.INT64,
    "embedding": DataType.FLOAT_VECTOR,
    "title": DataType.VARCHAR,
    "details": DataType.JSON,
}


def assert_title(given: str, actual: str, expected: str) -> None:
    """Compare a stored title with the longest beginning that fits."""
    size = len(actual.encode())
    assert size <= TITLE_BYTES, because(
        "characters_not_bytes",
        'The title "{title}…" was stored with {bytes} bytes, and the field holds {limit}. milvus-lite lets that '
        "through, since it counts characters; a Milvus server refuses the whole insert. Count bytes of UTF-8.",
        title=given[:12],
        bytes=size,
        limit=TITLE_BYTES,
    )
    assert actual == expected, because(
        "title_changed",
        'A title of {given} bytes was stored as "{actual}" ({bytes} bytes), expected "{expected}" ({wanted} bytes): '
        "cut only what doesn't fit, and cut between characters, never within one.",
        given=len(given.encode()),
        actual=actual,
        bytes=size,
        expected=expected,
        wanted=len(expected.encode()),
    )


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


def assert_said(function: str, said: Any, expected: int) -> None:
    """Compare the number that a function returned with what the grader counted."""
    assert returned(said, int, function) == expected, because(
        "wrong_insert_count",
        "{function}() stored {expected} films and returned {actual}.",
        function=function,
        expected=expected,
        actual=said,
    )


def assert_found(catalogue: Catalogue, key: int, function: str, *arguments: object) -> None:
    """Write one film, and look whether the learner's function finds it at once."""
    catalogue.write(catalogue.new([key]))
    rows = as_films(catalogue.call(function, *arguments), function)
    assert [row["id"] for row in rows] == [key], because(
        "stale_read",
        "{function}() was called right after film {id} was written, and didn't find it. Without "
        'consistency_level="Strong" a read may answer from a moment before the write.',
        function=function,
        id=key,
    )


def refused_for_length(error: LearnerError) -> Reason:
    """Say what a title that Milvus refused looks like."""
    return because(
        "characters_not_bytes",
        "Milvus refused a title: {message}. max_length counts bytes of UTF-8, and a Korean syllable takes three: "
        "{characters} characters of Korean are {bytes} bytes.",
        message=error.message,
        characters=TITLE_BYTES,
        bytes=3 * TITLE_BYTES,
    )
