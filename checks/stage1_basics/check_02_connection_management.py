"""Checks of 1.2 Connection management.

The grader makes a small collection; the learner's code searches in it through a proxy, which counts the searches,
refuses some, keeps others waiting, and notes when each came. What a drive returns is believed only beside that.
"""

from __future__ import annotations

import math

import grpc
import numpy as np
import pytest

from checks.stage1_basics.books import DIM, Books, make_books
from checks.stage1_basics.connection_assertions import (
    HELD_S,
    as_ids,
    assert_came_back,
    assert_closed,
    assert_hits,
    assert_lent_by_turns,
    assert_one_attempt,
    assert_several_at_a_time,
    assert_timed_out,
    assert_used,
    make_queries,
    searched,
    waits_for_ever,
)
from checks.stage1_basics.drives_02 import AFTERWARDS, TOO_MANY, VECTOR, WORKING
from checks.stage1_basics.retry_assertions import (
    assert_attempts,
    assert_bounded,
    assert_grows,
    assert_jitter,
    came_late,
    gaps,
)
from fixtures.fates import UNAVAILABLE, Fate, hold, refuse
from fixtures.milvus import Milvus
from fixtures.proxy import most_in_flight
from grader.check import because, check, shortened
from grader.kept import Kept
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

BUSY = grpc.StatusCode.RESOURCE_EXHAUSTED
FORBIDDEN = grpc.StatusCode.PERMISSION_DENIED


@pytest.fixture
def books(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Books:
    """The grader's collection, made once for all checks of a run."""
    return Books(submission, milvus, kept("books", lambda: make_books(milvus, rng)))


@check("1.2", points=2)
def closes_its_client(books: Books) -> None:
    """connected gives a client that works in the block, and is closed after it"""
    with books.seen() as seen:
        seen.drive("use_a_client", False)
        assert_used(seen)
        assert_closed(seen)


@check("1.2", after=[closes_its_client])
def closes_after_an_error(books: Books) -> None:
    """connected closes its client after an exception too, and lets that through"""
    with books.seen() as seen:
        ended = seen.drive("use_a_client", True)
        assert_used(seen)
        assert_closed(seen)
    assert ended == "by the mishap", because(
        "exception_swallowed",
        "An exception was raised in the block of connected(), and nobody outside heard of it. `finally` closes the "
        "client and lets the exception go on; `except` (or a __exit__ that returns True) stops it.",
    )


@check("1.2", points=2)
def retries_until_it_succeeds(books: Books) -> None:
    """with_retry succeeds when all attempts but the last one fail"""
    for code in (UNAVAILABLE, BUSY):
        with books.seen() as seen:
            hits, error = searched(seen, refuse(code, "Search", times=3), 4)
            made = len(seen.searches())
        assert error is None, because(
            "gave_up",
            "The server answered {code} three times and would then have answered well. with_retry() had 4 attempts, "
            "made {made}, and raised {type}. pymilvus raises some codes as MilvusException and lets others through as "
            "grpc.RpcError: does may_pass() know both?",
            code=code.name,
            made=made,
            type=error.type if error else "",
        )
        assert made == 4, because(
            "wrong_count",
            "The server answered {code} three times and well the fourth time; the proxy saw {made} attempts instead "
            "of 4. Return as soon as the operation succeeds.",
            code=code.name,
            made=made,
        )
        assert hits == WORKING, because(
            "result_lost",
            "The operation succeeded and returned {expected}, and with_retry() returned {actual}. What the operation "
            "returns is what the caller is waiting for.",
            expected=WORKING,
            actual=shortened(hits),
        )


@check("1.2", after=[retries_until_it_succeeds])
def gives_up_with_the_last_error(books: Books) -> None:
    """with_retry makes exactly as many attempts as it may, then raises the last error"""
    for attempts in (3, 1):
        with books.seen() as seen:
            _, error = searched(seen, refuse(UNAVAILABLE, "Search"), attempts)
            made = len(seen.searches())
        assert_attempts(made, attempts)
        assert error is not None, because(
            "last_error_swallowed",
            "All {attempts} attempts failed, and with_retry() returned as if one had succeeded. Its caller will go on "
            "with nothing: raise the last error.",
            attempts=attempts,
        )
        assert error.type == "MilvusException", because(
            "another_error",
            "All attempts failed with MilvusException, and with_retry() raised {type} instead: {message}. The caller "
            "needs the error that the server gave.",
            type=error.type,
            message=shortened(error.message),
        )


@check("1.2", points=2, after=[retries_until_it_succeeds])
def retries_only_what_may_pass(books: Books) -> None:
    """with_retry makes one attempt where a second one can't help"""
    with books.seen() as seen:
        forbidden = refuse(FORBIDDEN, "Search")
        assert_one_attempt(seen, None, VECTOR[: DIM - 3], Message(N_("a vector of the wrong length")))
        assert_one_attempt(seen, None, VECTOR, Message(N_("a collection that isn't there")), "no_such_collection")
        assert_one_attempt(
            seen, forbidden, VECTOR, Message(N_("a caller without permission (gRPC code PERMISSION_DENIED)"))
        )


@check("1.2", after=[retries_until_it_succeeds])
def waits_longer_each_time(books: Books) -> None:
    """with_retry doubles its waits up to the longest"""
    first_s, longest_s, attempts, shortest = 0.02, 0.32, 8, [math.inf] * 7
    for last_run in (False, False, False, True):
        with books.seen() as seen:
            searched(seen, refuse(BUSY, "Search"), attempts, first_wait_s=first_s, longest_wait_s=longest_s)
            waited = gaps(seen.searches())
        assert_attempts(len(waited) + 1, attempts)
        assert_grows(waited, first_s, longest_s)
        shortest = [min(pair) for pair in zip(shortest, waited, strict=True)]
        try:
            assert_bounded(shortest, first_s, longest_s)
            break
        except AssertionError:
            if last_run:
                raise


@check("1.2", after=[waits_longer_each_time])
def waits_differ(books: Books) -> None:
    """with_retry shortens each wait at random"""
    clients, longest_s = 24, 0.5
    waits = [2, longest_s, longest_s]
    for last_run in (False, False, True):
        with books.seen() as seen:
            with seen.proxy.treating(refuse(BUSY, "Search")):
                books.submission.drive("retry_together", seen.client(), books.collection, clients, waits)
            waited = [wait for limit in range(1, clients + 1) for wait in gaps(seen.searches(limit))]
        assert_attempts(len(seen.searches()) / clients, 2)
        if last_run or not came_late(waited, longest_s):
            break
    assert_jitter(waited, longest_s)


@check("1.2", points=2)
def pool_is_bounded(books: Books) -> None:
    """ClientPool lends its clients to many threads, never more than it has"""
    with books.seen() as seen, seen.proxy.treating(hold(HELD_S, "Search")):
        seen.drive("borrow_together", 3, 8, 0)
        served, most = len(seen.searches()), most_in_flight(seen.searches())
    assert_lent_by_turns(served, most)


@check("1.2", after=[pool_is_bounded])
def clients_come_back(books: Books) -> None:
    """a client comes back to the pool when its borrower raises"""
    with books.seen() as seen, seen.proxy.treating(hold(HELD_S, "Search")):
        ended = seen.drive("borrow_together", 3, 6, 3)
        later = seen.searches()[3:]
    assert_came_back(ended[:3], later)


@check("1.2", after=[pool_is_bounded])
def waiting_borrower_times_out(books: Books) -> None:
    """a borrower who waits too long gets a TimeoutError"""
    wait_s = 0.4
    with books.seen() as seen:
        try:
            ended = seen.drive("borrow_in_vain", wait_s)
        except LearnerError as error:
            if error.kind != "time_limit":
                raise
            raise AssertionError(waits_for_ever(wait_s)) from None
        before, after, extra = (seen.searches(limit) for limit in (WORKING, AFTERWARDS, TOO_MANY))
    assert not extra, because(
        "lent_twice",
        "The only client of a pool was lent, and a second borrower got one too. Who finds none has to wait.",
    )
    assert len(before) == len(after) == 1, because(
        "pool_unusable", "The only client of a pool should have served two searches of its borrower, and didn't."
    )
    assert_timed_out(ended, after[0].arrived - before[0].finished, wait_s)


@check("1.2", after=[pool_is_bounded])
def pool_closes_its_clients(books: Books) -> None:
    """close() closes every client of the pool"""
    with books.seen() as seen:
        size = 2
        seen.drive("close_a_pool", size)
        working, open_ones = seen.searches(WORKING), seen.searches(AFTERWARDS)
    assert len(working) == size, because(
        "pool_unusable_together",
        "Both clients of a pool of 2 were borrowed, and {working} of them could search.",
        working=len(working),
    )
    assert not open_ones, because(
        "pool_left_open",
        "After close() {left} of 2 clients of the pool could still search. Keep all clients in a list, and close each.",
        left=len(open_ones),
    )


@check("1.2", points=2)
def fan_out_is_bounded(books: Books, rng: np.random.Generator) -> None:
    """search_all searches several at a time, never more than it may"""
    queries = make_queries(rng, 12)
    with books.seen() as seen, seen.proxy.treating(hold(HELD_S, "Search")):
        answer = books.submission.call("search_all", seen.client("async_client"), books.collection, queries, 5, 4)
        made, most = len(seen.searches()), most_in_flight(seen.searches())
    assert_several_at_a_time(made, len(queries), most, 4)
    for query, ids in zip(queries, as_ids(answer, len(queries)), strict=True):
        shelf = int(str(query["filter"]).split()[-1])
        expected = books.nearest(np.array(query["vector"], dtype=np.float32), shelf, 5)
        assert_hits(ids, expected, str(query["filter"]))


@check("1.2", after=[fan_out_is_bounded])
def fan_out_lets_errors_through(books: Books, rng: np.random.Generator) -> None:
    """search_all raises when a search fails"""
    with books.seen() as seen:

        def third(method: str, number: int) -> Fate | None:
            return Fate(refuse=FORBIDDEN) if (method, number) == ("Search", 3) else None

        queries = make_queries(rng, 6)
        try:
            with seen.proxy.treating(third):
                books.submission.call("search_all", seen.client("async_client"), books.collection, queries, 5, 2)
        except LearnerError as error:
            if error.kind != "raised":
                raise
            raised = True
        else:
            raised = False
        failed = any(call.code == FORBIDDEN.name for call in seen.searches())
    assert failed, because("no_third_search", "search_all() was given 6 queries, and made fewer than 3 searches.")
    assert raised, because(
        "failure_hidden",
        "One of 6 searches failed, and search_all() returned as if all had succeeded. With return_exceptions=True, or "
        "an `except` around each search, its caller takes a failure for an answer.",
    )
