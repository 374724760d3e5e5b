"""Checks of 1.3 Basic operations.

The learner's `create_collection` makes one collection, which the other checks share; each works on keys of its own.
Whatever the learner's functions say is compared with what the grader's own client sees there, on fresh films.
"""

from __future__ import annotations

import numpy as np
import pytest

from checks.stage1_basics.film_assertions import (
    as_films,
    assert_count,
    assert_found,
    assert_same,
    assert_schema,
    assert_stored,
)
from checks.stage1_basics.film_catalogue import DIM, Catalogue
from checks.stage1_basics.film_hits import as_hits, assert_kept, assert_nearest
from checks.stage1_basics.film_writes import (
    WRITES,
    assert_batched,
    assert_deleted,
    assert_duplicates_show,
    assert_not_grown,
    assert_refused_whole,
    assert_said,
    assert_title,
    assert_unique,
    assert_upserted,
    refused_for_length,
)
from fixtures.milvus import Milvus
from fixtures.proxy import proxy_to
from grader.check import because, check, not_graded, returned
from grader.kept import Kept
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission

K = 10
TRIALS = 3
INSERT, FRESH, READ, SEARCH, UPSERT, TWICE, DELETE, TITLES, DIMENSION, UNIQUE = (n * 10_000 for n in range(1, 11))
"""The first key of each check's own films."""


@pytest.fixture
def catalogue(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Catalogue:
    """The collection that the learner's code made on this server, once for all checks."""

    def make() -> str:
        name = milvus.new_name("films")
        submission.call("create_collection", milvus.endpoint(), name, DIM)
        return name

    return Catalogue(submission, milvus, kept("films", make), rng)


@check("1.3", points=2)
def creates_the_collection(catalogue: Catalogue) -> None:
    """create_collection makes the fields of the brief, ready to search"""
    client, name = catalogue.milvus.client, catalogue.collection
    assert client.has_collection(name), because(
        "no_collection", "After create_collection() the server has no collection of the name it was given."
    )
    assert_schema(client.describe_collection(name))
    state = client.get_load_state(name)["state"].name
    assert state == "Loaded", because(
        "not_loaded",
        "The collection isn't loaded (the server says {state}), so it can't be searched. It is loaded by itself when "
        "it is created together with an index for embedding.",
        state=state,
    )


@check("1.3", points=2, after=[creates_the_collection])
def inserts_in_batches(catalogue: Catalogue) -> None:
    """insert_films stores every film whole, with few requests"""
    milvus = catalogue.milvus
    films = catalogue.new(range(INSERT, INSERT + int(catalogue.rng.integers(150, 200))))
    with proxy_to(milvus.server.uri, keep=WRITES) as proxy:
        endpoint = milvus.through(proxy.uri)
        said = catalogue.submission.call("insert_films", endpoint, catalogue.collection, films)
    stored = catalogue.count(_keys(INSERT))
    assert stored == len(films), because(
        "lost_rows",
        "insert_films() was given {expected} films, and count(*) finds {actual} of them.",
        expected=len(films),
        actual=stored,
    )
    there = catalogue.rows(_keys(INSERT))
    for film in films:
        assert_stored(there[film["id"]], film)
    assert_batched(films, proxy)
    assert_said("insert_films", said, len(films))


@check("1.3", after=[creates_the_collection])
def gets_and_queries(catalogue: Catalogue) -> None:
    """get_films finds films by key, query_films by an expression"""
    films = catalogue.stored(range(READ, READ + 60))
    wanted = [films[i]["id"] for i in catalogue.rng.choice(60, 5, replace=False)]
    asked = [*wanted, READ + 9_999]
    got = as_films(catalogue.call("get_films", asked), "get_films")
    assert_same(got, [film for film in films if film["id"] in wanted], f"get_films(…, {asked})")

    year = sorted(film["details"]["year"] for film in films)[20]
    expression = f'{_keys(READ)} and details["year"] >= {year} and rating < 9.5'
    matching = [film for film in films if film["details"]["year"] >= year and film["rating"] < 9.5]
    found = as_films(catalogue.call("query_films", expression, 100), "query_films")
    assert_same(found, matching, f"query_films(…, '{expression}', 100)")
    few = as_films(catalogue.call("query_films", expression, 2), "query_films")
    assert len(few) == 2, because(
        "limit_ignored", "query_films() was asked for at most 2 films and returned {actual}.", actual=len(few)
    )


@check("1.3", points=2, after=[creates_the_collection])
def search_equals_numpy(catalogue: Catalogue) -> None:
    """search_films returns numpy's nearest films, in its order, with its scores"""
    films = catalogue.stored(range(SEARCH, SEARCH + 100))
    keys, vectors = catalogue.vectors()
    assert_kept(films, keys, vectors)
    for query in catalogue.rng.standard_normal((3, DIM)).astype(np.float32) * 2:
        hits = as_hits(catalogue.call("search_films", query, K), "search_films")
        assert len(hits) == K, because(
            "wrong_number_of_hits",
            "search_films() was asked for {expected} films and returned {actual}.",
            expected=K,
            actual=len(hits),
        )
        assert_nearest(hits, keys, vectors, query)


@check("1.3", after=[creates_the_collection])
def upsert_replaces(catalogue: Catalogue) -> None:
    """upsert_films replaces the films of known keys and adds the others"""
    old = catalogue.stored(range(UPSERT, UPSERT + 10))
    new = catalogue.new(range(UPSERT + 5, UPSERT + 15))
    catalogue.call("upsert_films", new)
    there = catalogue.rows(_keys(UPSERT))
    assert_not_grown(catalogue.count(_keys(UPSERT)), 15)
    assert_upserted(old, new, there)


@check("1.3", after=[creates_the_collection], needs=["keeps_duplicates"])
def upsert_keeps_one_row_a_key(catalogue: Catalogue) -> None:
    """upsert_films leaves one row for each key, where insert leaves two"""
    films = catalogue.stored(range(TWICE, TWICE + 10))
    assert_duplicates_show(catalogue, TWICE + 5_000)
    catalogue.call("upsert_films", films)
    assert_not_grown(catalogue.count(_keys(TWICE, 5_000)), len(films))


@check("1.3", after=[creates_the_collection])
def deletes_by_key(catalogue: Catalogue) -> None:
    """delete_films removes the films it is given, and no others"""
    films = catalogue.stored(range(DELETE, DELETE + 20))
    gone = {film["id"] for film in films[3::4]}
    catalogue.call("delete_films", [*gone, DELETE + 9_999])
    assert_deleted(films, gone, set(catalogue.rows(_keys(DELETE))))


@check("1.3", after=[creates_the_collection])
def counts_films(catalogue: Catalogue) -> None:
    """count_films counts the films that are there"""
    catalogue.stored(range(FRESH, FRESH + int(catalogue.rng.integers(5, 40))))
    before = catalogue.count()
    said = returned(catalogue.call("count_films"), int, "count_films")
    after = catalogue.count()
    assert after == before, because(
        "changed_the_count",
        "There were {before} films before count_films() was called, and {after} after it. Counting changes nothing.",
        before=before,
        after=after,
    )
    assert_count(catalogue, before, said, "wrong_count")


@check("1.3", after=[counts_films, gets_and_queries], needs=["stale_reads"])
def reads_what_was_just_written(catalogue: Catalogue) -> None:
    """reads see what was written a moment ago"""
    catalogue.call("count_films")  # opens its client: a read soon after a write needs one that is open
    stale_controls = 0
    for key in range(FRESH + 1_000, FRESH + 1_000 + 10 * TRIALS, 10):
        before = catalogue.count()
        catalogue.write(catalogue.new([key]))
        stale_controls += catalogue.reads_stale(key)
        catalogue.write(catalogue.new([key + 1]))
        said = returned(catalogue.call("count_films"), int, "count_films")
        assert_count(catalogue, before + 2, said, "stale_count")
        assert_found(catalogue, key + 2, "get_films", [key + 2])
        assert_found(catalogue, key + 3, "query_films", f"id == {key + 3}", 5)
    if not stale_controls:
        raise not_graded("never_stale", "no reader was stale here, not even one that asks for Eventually consistency")


@check("1.3", after=[inserts_in_batches])
def titles_fit(catalogue: Catalogue) -> None:
    """insert_films cuts a long title to what fits, counted in bytes"""
    films = catalogue.new(range(TITLES, TITLES + len(_TITLES)))
    for film, (title, _) in zip(films, _TITLES, strict=True):
        film["title"] = title
    try:
        catalogue.call("insert_films", films)
    except LearnerError as error:
        if "max" not in error.message.lower():
            raise
        raise AssertionError(refused_for_length(error)) from None
    there = catalogue.rows(_keys(TITLES))
    for film, (title, expected) in zip(films, _TITLES, strict=True):
        assert_title(title, there[film["id"]]["title"] if film["id"] in there else "", expected)


@check("1.3", after=[inserts_in_batches])
def refuses_wrong_dimension(catalogue: Catalogue) -> None:
    """insert_films with one wrong vector raises and stores nothing"""
    films = catalogue.new(range(DIMENSION, DIMENSION + 4))
    films[2]["embedding"] = films[2]["embedding"][:-1]
    raised = False
    try:
        catalogue.call("insert_films", films)
    except LearnerError as error:
        if error.kind != "raised":
            raise
        raised = True
    stored = catalogue.count(_keys(DIMENSION))
    assert_refused_whole(stored, raised)
    catalogue.call("insert_films", catalogue.new(range(DIMENSION, DIMENSION + 4)))
    assert catalogue.count(_keys(DIMENSION)) == 4, because(
        "refuses_everything", "After a refused insert, insert_films() stored no films whose vectors are right either."
    )


@check("1.3", after=[inserts_in_batches], needs=["keeps_duplicates"])
def inserts_each_key_once(catalogue: Catalogue) -> None:
    """insert_unique adds only keys that are new, and each of them once"""
    known = catalogue.stored(range(UNIQUE, UNIQUE + 5))
    offered = catalogue.new([UNIQUE + 3, UNIQUE + 4, UNIQUE + 5, UNIQUE + 6, UNIQUE + 5])
    assert_duplicates_show(catalogue, UNIQUE + 5_000)
    said = catalogue.call("insert_unique", offered)
    stored, there = catalogue.count(_keys(UNIQUE, 1_000)), catalogue.rows(_keys(UNIQUE, 1_000))
    assert_unique(stored, there, range(UNIQUE, UNIQUE + 7), known[3])
    assert_said("insert_unique", said, 2)
    for key in range(UNIQUE + 1_000, UNIQUE + 1_000 + TRIALS):
        film = catalogue.new([key])
        catalogue.write(film)
        catalogue.call("insert_unique", film)
    twice = catalogue.count(_keys(UNIQUE + 1_000, 1_000)) - TRIALS
    assert twice == 0, because(
        "looks_too_early",
        "{trials} films were each written a moment before insert_unique() was given them, and {twice} are there twice. "
        'The look for keys that exist must see the last write: consistency_level="Strong".',
        trials=TRIALS,
        twice=twice,
    )


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
