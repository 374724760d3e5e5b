"""Checks of 1.3 Basic operations.

The learner's `create_collection` makes one collection, which the other checks share; each works on keys of its own.
Whatever the learner's functions say is compared with what the grader's own client sees there, on fresh films.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType

from checks.stage1_basics.film_truth import (
    as_films,
    as_hit,
    assert_count,
    assert_duplicates_show,
    assert_nearest,
    assert_not_grown,
    assert_same,
    assert_stored,
)
from fixtures.films import make_films
from fixtures.milvus import Milvus
from fixtures.proxy import counting_proxy
from grader.check import because, check, not_graded, returned, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission

DIM = 32
TITLE_BYTES = 60
K = 10
TRIALS = 5
INSERT, FRESH, READ, SEARCH, UPSERT, TWICE, DELETE, TITLES, DIMENSION, UNIQUE = (n * 10_000 for n in range(1, 11))
"""The first key of each check's own films."""


@pytest.fixture
def collection(submission: Submission, milvus: Milvus, made_once: Callable[[Callable[[], str]], str]) -> str:
    """The collection that the learner's code made on this server."""

    def make() -> str:
        name = milvus.new_name("films")
        submission.call("create_collection", milvus.endpoint(), name, DIM)
        return name

    return made_once(make)


@check("1.3", points=2)
def creates_the_collection(milvus: Milvus, collection: str) -> None:
    """create_collection makes the fields of the brief, ready to search"""
    assert milvus.client.has_collection(collection), because(
        "no_collection", "After create_collection() the server has no collection of the name it was given."
    )
    described = milvus.client.describe_collection(collection)
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
    assert fields["embedding"]["params"]["dim"] == DIM, because(
        "wrong_dim",
        "create_collection() was given dim={expected}, but the field embedding has {actual}.",
        expected=DIM,
        actual=fields["embedding"]["params"]["dim"],
    )
    assert int(fields["title"]["params"]["max_length"]) == TITLE_BYTES, because(
        "wrong_title_length",
        "The field title should hold {expected} bytes (max_length), but it holds {actual}.",
        expected=TITLE_BYTES,
        actual=fields["title"]["params"]["max_length"],
    )
    assert described["enable_dynamic_field"], because(
        "no_dynamic_field",
        "The collection takes no fields beyond its schema. Films come with a rating that the schema doesn't name: "
        "enable the dynamic field.",
    )
    state = milvus.client.get_load_state(collection)["state"].name
    assert state == "Loaded", because(
        "not_loaded",
        "The collection isn't loaded (the server says {state}), so it can't be searched. It is loaded by itself when "
        "it is created together with an index for embedding.",
        state=state,
    )


@check("1.3", points=2, after=[creates_the_collection])
def inserts_in_batches(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """insert_films stores every film whole, with few requests"""
    films = make_films(rng, range(INSERT, INSERT + int(rng.integers(250, 350))), DIM)
    with counting_proxy(milvus.server.uri) as proxy:
        said = submission.call("insert_films", milvus.through(proxy.uri), collection, films)
        requests = proxy.count("Insert") + proxy.count("Upsert")
    stored = milvus.count(collection, _keys(INSERT))
    assert stored == len(films), because(
        "lost_rows",
        "insert_films() was given {expected} films, and count(*) finds {actual} of them.",
        expected=len(films),
        actual=stored,
    )
    for film in films[:: len(films) // 5]:
        assert_stored(milvus, collection, film)
    assert requests <= 3, because(
        "row_by_row",
        "{rows} films travelled in {requests} insert requests. Each request costs a round trip and a message in the "
        "server's log: hand the whole list to one insert.",
        rows=len(films),
        requests=requests,
    )
    assert returned(said, int, "insert_films") == len(films), because(
        "wrong_insert_count",
        "{function}() stored {expected} films and returned {actual}.",
        function="insert_films",
        expected=len(films),
        actual=said,
    )


@check("1.3", after=[creates_the_collection])
def gets_and_queries(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """get_films finds films by key, query_films by an expression"""
    films = make_films(rng, range(READ, READ + 60), DIM)
    milvus.client.insert(collection, films)
    milvus.count(collection)  # a Strong read: from here on every reader sees the films
    wanted = [films[i]["id"] for i in rng.choice(60, 5, replace=False)]
    asked = [*wanted, READ + 9_999]
    got = as_films(submission.call("get_films", milvus.endpoint(), collection, asked), "get_films")
    assert_same(got, [film for film in films if film["id"] in wanted], f"get_films(…, {asked})")

    year = sorted(film["details"]["year"] for film in films)[40]
    expression = f'{_keys(READ)} and details["year"] >= {year} and rating < 8.5'
    matching = [film for film in films if film["details"]["year"] >= year and film["rating"] < 8.5]
    call = f"query_films(…, '{expression}', 100)"
    assert_same(
        as_films(submission.call("query_films", milvus.endpoint(), collection, expression, 100), "query_films"),
        matching,
        call,
    )
    few = as_films(submission.call("query_films", milvus.endpoint(), collection, expression, 2), "query_films")
    assert len(few) == min(2, len(matching)), because(
        "limit_ignored",
        "query_films() was asked for at most 2 films and returned {actual}.",
        actual=len(few),
    )


@check("1.3", points=2, after=[creates_the_collection])
def search_equals_numpy(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """search_films returns numpy's nearest films, in its order, with its scores"""
    films = make_films(rng, range(SEARCH, SEARCH + 200), DIM)
    milvus.client.insert(collection, films)
    milvus.count(collection)
    rows = milvus.client.query(
        collection, filter="id >= 0", output_fields=["embedding"], limit=16_000, consistency_level="Strong"
    )
    keys = np.array([row["id"] for row in rows])
    vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
    queries = rng.standard_normal((5, DIM)).astype(np.float32) * 2
    answers = submission.map("search_films", [(milvus.endpoint(), collection, query, K) for query in queries])
    for query, answer in zip(queries, answers, strict=True):
        if isinstance(answer, LearnerError):
            raise answer
        hits = [as_hit(hit) for hit in returned(answer, list[Any], "search_films")]
        assert len(hits) == K, because(
            "wrong_number_of_hits",
            "search_films() was asked for {expected} films and returned {actual}.",
            expected=K,
            actual=len(hits),
        )
        assert_nearest(hits, keys, vectors, query)


@check("1.3", after=[creates_the_collection])
def upsert_replaces(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """upsert_films replaces the films of known keys and adds the others"""
    old = make_films(rng, range(UPSERT, UPSERT + 10), DIM)
    new = make_films(rng, range(UPSERT + 5, UPSERT + 15), DIM)
    milvus.client.insert(collection, old)
    milvus.count(collection)
    submission.call("upsert_films", milvus.endpoint(), collection, new)
    there = {row["id"]: row for row in milvus.rows(collection, _keys(UPSERT))}
    assert_not_grown(milvus.count(collection, _keys(UPSERT)), 15)
    for film in new:
        row = there.get(film["id"])
        assert row is not None, because(
            "upsert_added_nothing",
            "upsert_films() was given film {id}, which wasn't there before, and it isn't there now.",
            id=film["id"],
        )
        assert row["title"] == film["title"], because(
            "upsert_kept_the_old",
            'After upsert_films() film {id} should have the title "{expected}", but it still is "{actual}". '
            "Known keys are to be replaced, not skipped.",
            id=film["id"],
            expected=film["title"],
            actual=row["title"],
        )
        assert_stored(milvus, collection, film)
    lost = [film["id"] for film in old if film["id"] not in there]
    assert not lost, because(
        "upsert_removed_others",
        "Films that upsert_films() wasn't given are gone: {lost}.",
        lost=shortened(lost),
    )


@check("1.3", after=[creates_the_collection], needs=["keeps_duplicates"])
def upsert_keeps_one_row_a_key(
    submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator
) -> None:
    """upsert_films leaves one row for each key, where insert leaves two"""
    films = make_films(rng, range(TWICE, TWICE + 10), DIM)
    milvus.client.insert(collection, films)
    assert_duplicates_show(milvus, collection, films[0], TWICE + 5_000)
    submission.call("upsert_films", milvus.endpoint(), collection, films)
    assert_not_grown(milvus.count(collection, _keys(TWICE, 5_000)), len(films))


@check("1.3", after=[creates_the_collection])
def deletes_by_key(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """delete_films removes the films it is given, and no others"""
    films = make_films(rng, range(DELETE, DELETE + 20), DIM)
    milvus.client.insert(collection, films)
    milvus.count(collection)
    gone = {film["id"] for film in films[3::4]}
    submission.call("delete_films", milvus.endpoint(), collection, [*gone, DELETE + 9_999])
    left = {row["id"] for row in milvus.rows(collection, _keys(DELETE))}
    assert not left & gone, because(
        "not_deleted",
        "delete_films() was given {asked}, and these are still there: {left}.",
        asked=shortened(sorted(gone)),
        left=shortened(sorted(left & gone)),
    )
    missing = {film["id"] for film in films} - gone - left
    assert not missing, because(
        "deleted_too_many",
        "delete_films() was given {asked}, and these films are gone too: {missing}.",
        asked=shortened(sorted(gone)),
        missing=shortened(sorted(missing)),
    )


@check("1.3", after=[creates_the_collection])
def counts_films(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """count_films counts the films that are there"""
    milvus.client.insert(collection, make_films(rng, range(FRESH, FRESH + int(rng.integers(5, 40))), DIM))
    expected = milvus.count(collection)
    actual = returned(submission.call("count_films", milvus.endpoint(), collection), int, "count_films")
    assert_count(milvus, collection, expected, actual, "wrong_count")


@check("1.3", after=[counts_films, gets_and_queries], needs=["stale_reads"])
def reads_what_was_just_written(
    submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator
) -> None:
    """reads see what was written a moment ago"""
    submission.call("count_films", milvus.endpoint(), collection)  # opens its client: now it can be quick
    key, stale_controls = FRESH + 1_000, 0
    for _ in range(TRIALS):
        before = milvus.count(collection)
        milvus.client.insert(collection, make_films(rng, [key], DIM))
        stale_controls += not milvus.client.query(collection, filter=f"id == {key}", consistency_level="Eventually")
        milvus.client.insert(collection, make_films(rng, [key + 1], DIM))
        counted = returned(submission.call("count_films", milvus.endpoint(), collection), int, "count_films")
        assert_count(milvus, collection, before + 2, counted, "stale_count")
        for wanted, function, *arguments in (
            (key + 2, "get_films", [key + 2]),
            (key + 3, "query_films", f"id == {key + 3}", 5),
        ):
            milvus.client.insert(collection, make_films(rng, [wanted], DIM))
            rows = as_films(submission.call(function, milvus.endpoint(), collection, *arguments), function)
            assert [row["id"] for row in rows] == [wanted], because(
                "stale_read",
                "{function}() was called right after film {id} was written, and didn't find it. Without "
                'consistency_level="Strong" a read may answer from a moment before the write.',
                function=function,
                id=wanted,
            )
        key += 10
    if not stale_controls:
        raise not_graded(
            "never_stale",
            "this server was never stale, not even for a reader that asks for Eventually consistency",
        )


@check("1.3", after=[inserts_in_batches])
def titles_fit(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """insert_films cuts a long title to what fits, counted in bytes"""
    films = make_films(rng, range(TITLES, TITLES + len(_TITLES)), DIM)
    for film, (title, _) in zip(films, _TITLES, strict=True):
        film["title"] = title
    try:
        submission.call("insert_films", milvus.endpoint(), collection, films)
    except LearnerError as error:
        if "max" not in error.message.lower():
            raise
        raise AssertionError(
            because(
                "characters_not_bytes",
                "Milvus refused a title: {message}. max_length counts bytes of UTF-8, and a Korean syllable takes "
                "three: {characters} characters of Korean are {bytes} bytes.",
                message=error.message,
                characters=TITLE_BYTES,
                bytes=3 * TITLE_BYTES,
            )
        ) from None
    there = {row["id"]: row["title"] for row in milvus.rows(collection, _keys(TITLES))}
    for film, (title, expected) in zip(films, _TITLES, strict=True):
        actual = there.get(film["id"], "")
        size = len(actual.encode())
        assert size <= TITLE_BYTES, because(
            "characters_not_bytes",
            'The title "{title}…" was stored with {bytes} bytes, and the field holds {limit}. milvus-lite lets that '
            "through, since it counts characters; a Milvus server refuses the whole insert. Count bytes of UTF-8.",
            title=title[:12],
            bytes=size,
            limit=TITLE_BYTES,
        )
        assert actual == expected, because(
            "title_changed",
            'A title of {given} bytes was stored as "{actual}" ({bytes} bytes), expected "{expected}" ({wanted} '
            "bytes): cut only what doesn't fit, and cut between characters, never within one.",
            given=len(title.encode()),
            actual=actual,
            bytes=size,
            expected=expected,
            wanted=len(expected.encode()),
        )


@check("1.3", after=[inserts_in_batches])
def refuses_wrong_dimension(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """insert_films with one wrong vector raises and stores nothing"""
    films = make_films(rng, range(DIMENSION, DIMENSION + 4), DIM)
    films[2]["embedding"] = films[2]["embedding"][:-1]
    raised = False
    try:
        submission.call("insert_films", milvus.endpoint(), collection, films)
    except LearnerError as error:
        if error.kind != "raised":
            raise
        raised = True
    stored = milvus.count(collection, _keys(DIMENSION))
    assert stored == 0, because(
        "stored_in_part",
        "One of 4 films had a vector of length {actual} instead of {expected}; the insert must be refused as a whole, "
        "but {stored} films were stored. Insert them as one list, and don't repair vectors.",
        actual=DIM - 1,
        expected=DIM,
        stored=stored,
    )
    assert raised, because(
        "error_swallowed",
        "One of 4 films had a vector of length {actual} instead of {expected}. Nothing was stored, and insert_films() "
        "didn't raise: its caller will believe that the films are there. Let the error through.",
        actual=DIM - 1,
        expected=DIM,
    )


@check("1.3", after=[inserts_in_batches], needs=["keeps_duplicates"])
def inserts_each_key_once(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> None:
    """insert_unique adds only keys that are new, and each of them once"""
    known = make_films(rng, range(UNIQUE, UNIQUE + 5), DIM)
    offered = make_films(rng, [UNIQUE + 3, UNIQUE + 4, UNIQUE + 5, UNIQUE + 6, UNIQUE + 5], DIM)
    assert_duplicates_show(milvus, collection, known[0], UNIQUE + 5_000)
    milvus.client.insert(collection, known)
    milvus.count(collection)
    said = submission.call("insert_unique", milvus.endpoint(), collection, offered)
    stored, expected = milvus.count(collection, _keys(UNIQUE, 5_000)), 7
    titles = {row["id"]: row["title"] for row in milvus.rows(collection, _keys(UNIQUE, 5_000))}
    lost = sorted(set(range(UNIQUE, UNIQUE + expected)) - set(titles))
    assert not lost, because("lost_keys", "After insert_unique() the films {lost} are missing.", lost=shortened(lost))
    assert stored == expected, because(
        "duplicate_keys",
        "After insert_unique() count(*) finds {actual} rows for {expected} keys, though a query shows each key once. "
        "Look which keys are there, also those written a moment ago, and mind keys that come twice in the list.",
        actual=stored,
        expected=expected,
    )
    assert titles[UNIQUE + 3] == known[3]["title"], because(
        "replaced_known",
        'insert_unique() replaced film {id}, which was there before: its title was "{expected}", now it is "{actual}".',
        id=UNIQUE + 3,
        expected=known[3]["title"],
        actual=titles[UNIQUE + 3],
    )
    assert returned(said, int, "insert_unique") == 2, because(
        "wrong_insert_count",
        "{function}() stored {expected} films and returned {actual}.",
        function="insert_unique",
        expected=2,
        actual=said,
    )
    for key in range(UNIQUE + 1_000, UNIQUE + 1_000 + TRIALS):
        film = make_films(rng, [key], DIM)
        milvus.client.insert(collection, film)
        submission.call("insert_unique", milvus.endpoint(), collection, film)
        assert milvus.count(collection, f"id == {key}") == 1, because(
            "looks_too_early",
            "Film {id} was written a moment before insert_unique() was given it, and now there are two. The look for "
            'keys that exist must see the last write: consistency_level="Strong".',
            id=key,
        )


_FIELDS = {
    "id": DataType.INT64,
    "embedding": DataType.FLOAT_VECTOR,
    "title": DataType.VARCHAR,
    "details": DataType.JSON,
}

_TITLES = [
    ("한" * 20, "한" * 20),  # exactly 60 bytes: nothing may be cut
    ("한" * 25, "한" * 20),
    ("b" + "글" * 25, "b" + "글" * 19),  # byte 60 lies within a syllable
    ("a" * 75, "a" * 60),
    ("café " * 15, ("café " * 15).encode()[:60].decode()),
    ("짧은 제목", "짧은 제목"),
]
"""Titles and what is to be stored of them: the longest beginning of whole characters in 60 bytes."""


def _keys(first: int, size: int = 10_000) -> str:
    """Return the filter for one check's own films."""
    return f"id >= {first} and id < {first + size}"
