"""Situations for 3.4: the learner's loops at work on searches that the grader has set up.

None of them judges. Whatever they return is the learner's word; the checks believe the proxy's log and their own clock.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from pymilvus import MilvusClient

AN_HOUR_S = 3_600.0


def search_one_by_one(exercise: Any, target: list[Any], params: dict[str, int], queries: Any) -> list[Any]:
    """Connect once and search for each vector; of a failure, return the name of what was raised."""
    search = exercise.connect(*target, params)
    return [_answer(search, query) for query in queries]


def closed(exercise: Any, target: list[Any], queries: Any, workers: int, warm_up: int) -> Any:
    """Run a closed loop."""
    return exercise.closed_loop(_connecting(target), queries, workers, warm_up)


def closed_while_the_clock_is_set(exercise: Any, target: list[Any], after_s: float, *load: Any) -> Any:
    """Run a closed loop during which somebody sets the clock of the machine back by an hour."""
    real, begun = time.time, time.monotonic()

    def clock() -> float:
        return real() - AN_HOUR_S * (time.monotonic() > begun + after_s)

    with mock.patch.object(time, "time", clock):
        return closed(exercise, target, *load)


def closed_with(exercise: Any, client: MilvusClient, target: list[Any], params: dict[str, int], *load: Any) -> Any:
    """Run a closed loop whose workers share a client that is open."""
    name, k = target
    return exercise.closed_loop(lambda: _search(client, name, k, params), *load)


def opened(exercise: Any, target: list[Any], queries: Any, rate: float, workers: int) -> Any:
    """Run an open loop."""
    return exercise.open_loop(_connecting(target), queries, rate, workers)


def swept(exercise: Any, target: list[Any], *load: Any) -> Any:
    """Run a sweep."""
    return exercise.sweep(lambda params: _connecting(target, params)(), *load)


def _connecting(target: list[Any], params: dict[str, int] | None = None) -> Callable[[], Callable[[Any], list[int]]]:
    """Return what opens a client of its own, as the brief says that `connect` does."""
    uri, database, name, k = target

    def connect() -> Callable[[Any], list[int]]:
        return _search(MilvusClient(uri, db_name=database, dedicated=True), name, k, params or {})

    return connect


def _search(client: MilvusClient, name: str, k: int, params: dict[str, int]) -> Callable[[Any], list[int]]:
    return functools.partial(_found, client, name, k, params)


def _found(client: MilvusClient, name: str, k: int, params: dict[str, int], vector: Any) -> list[int]:
    [hits] = client.search(name, data=[vector], limit=k, search_params={"params": params}, retry_times=0)
    return [hit["id"] for hit in hits]


def _answer(search: Any, query: Any) -> Any:
    try:
        return search(query)
    except Exception as error:  # noqa: BLE001 - which one it is doesn't matter: it is no answer
        return type(error).__name__
