"""What the checks of 1.3 ask of a write: what it stored, what it left alone, and what it said of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.stage1_basics.film_assertions import assert_stored, has_vector
from checks.stage1_basics.film_catalogue import DIM, TITLE_BYTES, Catalogue, Films
from fixtures.proxy import Proxy
from grader.check import Reason, because, not_graded, returned, shortened
from grader.runner.errors import LearnerError

WRITES = ("Insert", "Upsert")
MOST_REQUESTS = 3


def assert_batched(films: Films, proxy: Proxy) -> None:
    """Make sure that films travelled through the client that was given, with few requests."""
    writes = [call for call in proxy.calls if call.method in WRITES]
    requests, travelled = len(writes), sum(proxy.decode(call).num_rows for call in writes)
    assert travelled >= len(films), because(
        "went_around",
        "insert_films() was given {expected} films, and {actual} of them travelled through the client that it was "
        "given. Insert with that client.",
        expected=len(films),
        actual=travelled,
    )
    assert requests <= MOST_REQUESTS, because(
        "row_by_row",
        "{rows} films travelled in {requests} insert requests. Each request costs a round trip and a message in the "
        "server's log: hand the whole list to one insert.",
        rows=len(films),
        requests=requests,
    )


def assert_upserted(old: Films, new: Films, there: Mapping[int, dict[str, Any]]) -> None:
    """Compare what is there after an upsert with what was there and what was given."""
    before = {film["id"]: film for film in old}
    for film in new:
        row = there.get(film["id"])
        assert row is not None, because(
            "upsert_added_nothing",
            "upsert_films() was given film {id}, which wasn't there before, and it isn't there now.",
            id=film["id"],
        )
        kept = film["id"] in before and has_vector(row, before[film["id"]])  # titles may be drawn twice
        assert not kept, because(
            "upsert_kept_the_old",
            'upsert_films() was given film {id} anew, as "{expected}", and the server still has the old one, '
            '"{actual}". Known keys are to be replaced, not skipped.',
            id=film["id"],
            expected=film["title"],
            actual=row["title"],
        )
        assert_stored(row, film)
    lost = [film["id"] for film in old if film["id"] not in there]
    assert not lost, because(
        "upsert_removed_others", "Films that upsert_films() wasn't given are gone: {lost}.", lost=shortened(lost)
    )


def assert_deleted(films: Films, gone: set[int], left: set[int]) -> None:
    """Compare the keys that are left after a delete with those that should be."""
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


def assert_refused_whole(stored: int, raised: bool) -> None:
    """Make sure that films of which one has a wrong vector were refused, all of them and aloud."""
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


def assert_unique(stored: int, there: Mapping[int, dict[str, Any]], keys: range, known: dict[str, Any]) -> None:
    """Make sure that each key is there once, and that a film which was there before stayed as it was."""
    lost = sorted(set(keys) - set(there))
    assert not lost, because("lost_keys", "After insert_unique() the films {lost} are missing.", lost=shortened(lost))
    assert stored == len(keys), because(
        "duplicate_keys",
        "After insert_unique() count(*) finds {actual} rows for {expected} keys, though a query shows each key once. "
        "Look which keys are there, and mind keys that come twice in the list.",
        actual=stored,
        expected=len(keys),
    )
    assert there[known["id"]]["title"] == known["title"], because(
        "replaced_known",
        'insert_unique() replaced film {id}, which was there before: its title was "{expected}", now it is "{actual}".',
        id=known["id"],
        expected=known["title"],
        actual=there[known["id"]]["title"],
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
