"""What the checks of 2.4 ask of the requests that a search sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fixtures.proxy import Call
from grader.check import because

READS = ("Search", "HybridSearch", "Query")


def assert_asks_once(function_call: str, limit: int, calls: Sequence[Call], decode: Callable[[Call], Any]) -> None:
    """Make sure that one call of search_products sent one search, for as many products as it was asked for.

    Args:
        function_call: the call, for sentences.
        limit: how many products it was asked for.
        calls: what the proxy saw meanwhile.
        decode: reads a call's request.
    """
    searches = [call for call in calls if call.method == "Search"]
    others = [call for call in calls if call.method in READS and call.method != "Search"]
    assert searches or others, because(
        "went_around",
        "{call} answered, and no search travelled through the client that it was given. Search with that client.",
        call=function_call,
    )
    assert searches, because(
        "searched_by_query",
        "{call} sent no search but {requests} requests of another kind ({kind}). A query brings every product that "
        "matches, in no order and up to 16,384 of them, and your code ranks them: leave that to a search with filter.",
        call=function_call,
        requests=len(others),
        kind=others[0].method if others else "",
    )
    asked_for = [int(pair.value) for pair in decode(searches[0]).search_params if pair.key == "topk"]
    assert asked_for == [limit], because(
        "fetched_more",
        "{call} sent a search for {actual} products. Whatever is asked for has to be found, sorted and sent; and what "
        "is filtered afterwards can't be found again. Ask for {limit}.",
        call=function_call,
        actual=asked_for[0] if asked_for else 0,
        limit=limit,
    )
    assert len(searches) + len(others) == 1, because(
        "several_requests",
        "{call} sent {requests} requests to search and read. One search brings ids and similarities of the products "
        "that match.",
        call=function_call,
        requests=len(searches) + len(others),
    )
