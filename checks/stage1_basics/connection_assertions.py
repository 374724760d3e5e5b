"""What the checks of 1.2 assert about clients, pools and fan-outs, told so that it helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.stage1_basics.books import DIM, SHELVES, Seen
from checks.stage1_basics.drives_02 import AFTERWARDS, PATIENCE_S, VECTOR, WORKING
from fixtures.fates import Choice
from fixtures.proxy import Call, most_in_flight
from grader.check import Reason, because, returned
from grader.runner.errors import LearnerError
from infra.messages import N_, Message

HELD_S = 0.1
"""How long the proxy holds each search where the checks look how many come at one moment."""


def searched(
    seen: Seen,
    fate: Choice | None,
    attempts: int,
    vector: list[float] = VECTOR,
    collection: str = "",
    first_wait_s: float = 0.01,
    longest_wait_s: float = 0.02,
) -> tuple[Any, LearnerError | None]:
    """Search through with_retry while the proxy does what it was told; return its value, and what it raised."""
    books, waits = seen.books, [attempts, first_wait_s, longest_wait_s]
    try:
        with seen.proxy.treating(fate or (lambda *_: None)):
            where = (seen.client(), collection or books.collection)
            return books.submission.drive("search_with_retry", *where, vector, waits), None
    except LearnerError as error:
        if error.kind != "raised":
            raise
        return None, error


def assert_one_attempt(
    seen: Seen, fate: Choice | None, vector: list[float], what: Message, collection: str = ""
) -> None:
    """Make sure that a search which can never succeed is tried once, and that its error is heard."""
    start = len(seen.searches())
    _, error = searched(seen, fate, 4, vector, collection)
    made = len(seen.searches()) - start
    assert made == 1, because(
        "retried_in_vain",
        "The search was refused for {what}, which stays wrong however often one asks, and with_retry() made {made} "
        "attempts instead of one. Ask may_pass() before you wait.",
        what=what,
        made=made,
    )
    assert error is not None, because(
        "error_swallowed",
        "The search was refused for {what}, and with_retry() returned as if it had succeeded.",
        what=what,
    )


def assert_used(seen: Seen) -> None:
    """Make sure that the client of the block worked."""
    searches = len(seen.searches(WORKING))
    assert searches == 2, because(
        "not_usable",
        "Two searches were made in the block of connected(), and {searches} of them reached the server at the address "
        "that it was given.",
        searches=searches,
    )


def assert_closed(seen: Seen) -> None:
    """Make sure that no search got through after the block."""
    assert not seen.searches(AFTERWARDS), because(
        "left_open",
        "After the block of connected() its client could still search: it wasn't closed. Call client.close() in "
        "`finally`, which runs however the block ends.",
    )


def make_queries(rng: np.random.Generator, number: int) -> list[dict[str, object]]:
    """Return queries, each for a shelf of its own, with vectors that are new in every run."""
    shelves = rng.integers(0, SHELVES, number)
    vectors = rng.standard_normal((number, DIM)).astype(np.float32).tolist()
    return [{"vector": vector, "filter": f"shelf == {shelf}"} for vector, shelf in zip(vectors, shelves, strict=True)]


def as_ids(answer: object, number: int) -> list[list[int]]:
    """Return what search_all returned if it is one list of ids for each query."""
    ids: list[list[int]] = returned(answer, list[list[int]], "search_all")
    assert len(ids) == number, because(
        "wrong_number_of_answers",
        "search_all() was given {expected} queries and returned {actual} answers.",
        expected=number,
        actual=len(ids),
    )
    return ids


def assert_lent_by_turns(served: int, most: int) -> None:
    """Hold what 8 borrowers of a pool of 3 got against the brief."""
    assert served == 8, because(
        "not_all_served",
        "8 threads borrowed from a pool of 3 clients, each for {held:g} s, ready to wait for {patience:g} s; {served} "
        "of them got to search. Does a client that came back go to one who waits?",
        held=HELD_S,
        patience=PATIENCE_S,
        served=served,
    )
    assert most <= 3, because(
        "pool_unbounded",
        "A pool of 3 clients was lent to 8 threads, and {most} searches were on their way at one moment. A client is "
        "one borrower's until it comes back; who finds none has to wait.",
        most=most,
    )
    assert most > 1, because(
        "pool_of_one",
        "8 threads borrowed from a pool of 3 clients, and no two searches were on their way at one moment: the pool "
        "lends one client at a time. Does borrow() hold a lock while the block runs?",
    )


def assert_timed_out(ended: str, waited: float, wait_s: float) -> None:
    """Make sure that a borrower who found no client was sent away at its limit, by the error of the brief."""
    assert ended == "TimeoutError", because(
        "no_timeout_error",
        "The only client of a pool was lent, and a second borrower waited {waited:.1f} s with wait_s={wait_s:g}. That "
        "should end with TimeoutError, and it ended with {ended}. (queue.get says queue.Empty: callers shouldn't have "
        "to know that there is a queue.)",
        waited=waited,
        wait_s=wait_s,
        ended=ended or Message(N_("no error")),
    )
    assert wait_s - 0.01 <= waited <= wait_s + 0.75, because(
        "wrong_wait",
        "A second borrower of a pool of one, with wait_s={wait_s:g}, was sent away after {waited:.2f} s. The limit is "
        "for the whole wait: not for each of several tries, and not in another unit.",
        waited=waited,
        wait_s=wait_s,
    )


def waits_for_ever(wait_s: float) -> Reason:
    """Say that a borrower who found no client never came back."""
    return because(
        "waits_for_ever",
        "The only client of a pool was lent, and a second borrower with wait_s={wait_s:g} didn't come back at all and "
        "was stopped in the end. When clients are lost some day, all of the application will stand still like this, "
        "without a word: give every wait a limit.",
        wait_s=wait_s,
    )


def assert_came_back(mishaps: Sequence[str], later: Sequence[Call]) -> None:
    """Make sure that a pool of 3 still serves 6 borrowers after three that raised."""
    assert mishaps == ["mishap"] * 3, because(
        "exception_swallowed_by_pool",
        "Three borrowers raised an exception in their blocks, and it didn't come out of borrow(). `finally` gives the "
        "client back and lets the exception go on; `except` stops it.",
    )
    assert len(later) == 6, because(
        "clients_leaked",
        "Three borrowers raised an exception in their blocks. After that {served} of 6 borrowers were served, and the "
        "others waited in vain: the clients never came back. Give them back in `finally`.",
        served=len(later),
    )
    assert most_in_flight(later) > 1, because(
        "clients_lost",
        "Three borrowers raised an exception in their blocks. After that the pool of 3 served only one borrower at a "
        "time: some clients never came back. Give them back in `finally`.",
    )


def assert_several_at_a_time(made: int, queries: int, most: int, at_once: int) -> None:
    """Hold the number of searches, and of those in flight at one moment, against the brief."""
    assert made == queries, because(
        "wrong_number_of_searches",
        "search_all() was given {queries} queries, each with a filter of its own, and made {made} searches.",
        queries=queries,
        made=made,
    )
    assert most <= at_once, because(
        "unbounded_fan_out",
        "search_all() was told at_once={at_once}, and {most} searches were on their way at one moment. With a thousand "
        "users that is a thousand at once: let each search pass through an asyncio.Semaphore.",
        at_once=at_once,
        most=most,
    )
    assert most > 1, because(
        "one_after_another",
        "search_all() was told at_once={at_once}, and made one search after another. `await` in a loop waits for each; "
        "make the coroutines first, and await them together.",
        at_once=at_once,
    )


def assert_hits(actual: list[int], expected: list[int], filter: str) -> None:
    """Compare the ids of one query with numpy's."""
    assert actual == expected, because(
        "wrong_hits",
        "For the query with the filter {filter} search_all() returned {actual}, and the nearest books there are "
        "{expected}. Are the answers in the order of the queries, and is each filter used?",
        filter=filter,
        actual=actual,
        expected=expected,
    )
