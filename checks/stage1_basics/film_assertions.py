"""What the checks of 1.3 ask of films, hits, counts and titles, and what each difference looks like."""

from __future__ import annotations

from typing import Any

import numpy as np
from pymilvus import DataType

from checks.stage1_basics.film_catalogue import DIM, TITLE_BYTES, Catalogue, Films
from grader.check import because, returned, shortened


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
    assert has_vector(row, film), because(
        "vector_changed",
        "The vector of film {id} was stored with norm {actual:.3f}, it was given with norm {expected:.3f}. Store it as "
        "it comes: the metric takes care of lengths.",
        id=film["id"],
        expected=float(np.linalg.norm(film["embedding"])),
        actual=float(np.linalg.norm(row["embedding"])),
    )


def has_vector(row: dict[str, Any], film: dict[str, Any]) -> bool:
    """Say whether a row has the vector of a film; no two films have the same."""
    return bool(np.allclose(row["embedding"], film["embedding"], rtol=1e-6))


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
