"""What the checks of 3.3 ask of the requests that a recommendation sends."""

from __future__ import annotations

from collections.abc import Sequence

from checks.stage3_use_cases.cinema import asked_for
from fixtures.proxy import Call
from grader.check import because

READS = ("Search", "HybridSearch", "Query")
FEW = 2


def assert_asks_once(calls: Sequence[Call], function: str, limit: int) -> None:
    """Make sure that a call sent one search, for as many films as it was asked for, and read nothing else."""
    assert_searches_once(calls, function, limit)
    reads = [call for call in calls if call.method in READS]
    assert len(reads) == 1, because(
        "several_requests",
        "{function}() sent {actual} requests to search and read. One search brings ids and scores of the films that "
        "are neither seen nor blocked.",
        function=function,
        actual=len(reads),
    )


def assert_searches_once(calls: Sequence[Call], function: str, limit: int) -> None:
    """Make sure that a call sent one search, for as many films as it was asked for, and read at most once besides."""
    searches = [call for call in calls if call.method in ("Search", "HybridSearch")]
    reads = [call for call in calls if call.method in READS]
    assert reads, because(
        "went_around",
        "{function}() sent no search through the client that it was given. Search with that client.",
        function=function,
    )
    assert len(searches) == 1, because(
        "several_searches",
        "{function}() sent {actual} searches, and one is enough: the query weighs taste and content, and the filter "
        "leaves out what mustn't come.",
        function=function,
        actual=len(searches),
    )
    asked = asked_for(searches[0]) if searches[0].method == "Search" else limit
    assert asked == limit, because(
        "fetched_more",
        "{function}() was asked for {limit} films and sent a search for {actual}. Whatever is asked for has to be "
        "found, sorted and sent. With a filter, {limit} are enough.",
        function=function,
        limit=limit,
        actual=asked,
    )
    assert len(reads) <= FEW, because(
        "one_by_one",
        "{function}() sent {actual} requests to search and read. The vectors of all films that were seen fit into one "
        "answer, and one search does the rest.",
        function=function,
        actual=len(reads),
    )
