"""What the checks of 3.4 ask of `connect`: one client, one request for each search, and no retry in hiding."""

from __future__ import annotations

import json
from typing import Any

from checks.stage3_use_cases.load_rig import K, Rig, Seen
from fixtures.fates import UNAVAILABLE, refuse
from fixtures.proxy import Call
from grader.check import because, returned, shortened

REFUSED = 3
"""Searches that fail at first: pymilvus tries again after 10, 30 and 90 ms if it is let."""


def assert_connects(rig: Rig) -> None:
    """Have `connect` open a way to search, and search that way."""
    queries, ef = rig.queries(6), int(rig.rng.integers(50, 400))
    order = [0, 1, 2, 0, 3, 4, 5]  # one comes again
    with rig.seen(queries) as seen:
        answers = seen.drive("search_one_by_one", {"ef": ef}, queries[order])
    searches, connects = seen.calls(), seen.calls("Connect")
    _assert_one_each(seen, searches, order)
    assert len(connects) == 1, because(
        "client_for_every_search",
        "The function that connect() returned was called {searches} times, and {connects} clients were opened. What it "
        "takes to open one would be measured with every search: open it before you return the function.",
        searches=len(order),
        connects=len(connects),
    )
    _assert_asks_for(seen, searches[0], ef)
    for ids, nearest in zip(returned(answers, list[list[int]], "search"), rig.nearest(queries[order]), strict=True):
        assert ids == nearest, because(
            "wrong_ids",
            "The function that connect() returned found {actual}, and the nearest are {expected}: the ids of the hits, "
            "the nearest first.",
            actual=shortened(ids),
            expected=nearest,
        )


def _assert_one_each(seen: Seen, searches: tuple[Call, ...], order: list[int]) -> None:
    places = [seen.place(call) for call in searches]
    assert places == order, because(
        "not_one_request_each",
        "The function that connect() returned was called with {expected} vectors, one after another; one of them came "
        "twice. {actual} searches with these vectors reached Milvus, of {all} in all. Each call sends one request with "
        "its own vector, also when it has come before: an answer from memory isn't Milvus'.",
        expected=len(order),
        actual=sum(place >= 0 for place in places),
        all=len(places),
    )


def _assert_asks_for(seen: Seen, call: Call, ef: int) -> None:
    told = {pair.key: pair.value for pair in seen.proxy.decode(call).search_params}
    assert told.get("topk") == str(K), because(
        "wrong_k",
        "connect() was told k={expected}, and the search asked for {actual} hits.",
        expected=K,
        actual=told.get("topk", ""),
    )
    try:
        params: Any = json.loads(told.get("params", "{}"))
    except ValueError:
        params = {}
    heeded = str(params.get("ef") if isinstance(params, dict) else "") == str(ef) or told.get("ef") == str(ef)
    assert heeded, because(
        "params_ignored",
        "connect() was told params={{'ef': {ef}}}, and the search carried {actual}. pymilvus takes any keyword without "
        "a word: it is search_params={{'params': params}}.",
        ef=ef,
        actual=shortened(params),
    )


def assert_fails_at_once(rig: Rig) -> None:
    """Have a search fail, and see whether anybody hears of it."""
    queries = rig.queries(1)
    with rig.seen(queries, refuse(UNAVAILABLE, "Search", times=REFUSED)) as seen:
        answers = returned(seen.drive("search_one_by_one", {}, queries), list[Any], "search")
        tries = len(seen.calls())
    assert tries, because("no_search", "The function that connect() returned was called, and no search reached Milvus.")
    assert tries == 1, because(
        "retries_hide_failures",
        "Milvus refused a search, and Milvus saw it {tries} times. pymilvus sends a search that was refused again and "
        "again, up to 75 times, and waits in between; so your harness would report a slow answer where users of an "
        "overloaded server see failures. client.search() takes retry_times=0.",
        tries=tries,
    )
    assert not isinstance(answers[0], list), because(
        "failure_swallowed",
        "Milvus refused a search, and the function that connect() returned gave {actual} for an answer. Let the error "
        "through: the loop counts it.",
        actual=shortened(answers[0]),
    )
