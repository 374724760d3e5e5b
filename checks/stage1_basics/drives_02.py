"""Situations for 1.2: with-blocks, threads and failing operations, built beside the learner's code.

None of them judges. Whatever they return is the learner's word; the checks believe the proxy, which tells searches
apart by their limit.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pymilvus import MilvusClient, MilvusException

VECTOR = [1.0] * 8

WORKING, AFTERWARDS, TOO_MANY = 3, 4, 5
"""The limits of the searches: done inside the block, tried after it, and by a borrower that there is no client for."""


PATIENCE_S = 3.0
"""How long borrowers wait who should be served."""


class Mishap(Exception):
    """Something that goes wrong in the application, not in Milvus."""


def use_a_client(exercise: Any, uri: str, database: str, collection: str, mishap: bool) -> str:
    """Work with a client in a block, which a mishap may end, and try to go on with the client after the block."""
    ended = "in order"
    try:
        with exercise.connected(uri, database) as client:
            _search(client, collection, WORKING)
            _search(client, collection, WORKING)
            if mishap:
                raise Mishap
        ended = "the mishap is gone" if mishap else ended
    except Mishap:
        ended = "by the mishap"
    _try(client, collection, AFTERWARDS)
    return ended


def search_with_retry(exercise: Any, client: MilvusClient, collection: str, vector: list[float], waits: Any) -> Any:
    """Search until it succeeds, with `waits` = [attempts, first_wait_s, longest_wait_s]; return the number of hits."""
    return exercise.with_retry(lambda: len(_search(client, collection, WORKING, vector)), *waits)


def retry_together(exercise: Any, client: MilvusClient, collection: str, times: int, waits: Any) -> None:
    """Search several times at once, each with retries of its own and a limit of its own: 1, 2, 3 …"""

    def operate(limit: int) -> None:
        with contextlib.suppress(grpc.RpcError):
            exercise.with_retry(lambda: _search(client, collection, limit), *waits)

    with ThreadPoolExecutor(times) as threads:
        list(threads.map(operate, range(1, times + 1)))


def borrow_together(
    exercise: Any, uri: str, database: str, collection: str, size: int, borrowers: int, mishaps: int
) -> list[str]:
    """Have borrowers search, first those that meet with a mishap, one after another, then the others together."""
    pool = exercise.ClientPool(uri, database, size, PATIENCE_S)

    def borrow(mishap: bool) -> str:
        try:
            with pool.borrow() as client:
                _search(client, collection, WORKING)
                if mishap:
                    raise Mishap
        except Mishap:
            return "mishap"
        except TimeoutError:
            return "waited in vain"
        return "served"

    ended = [borrow(mishap=True) for _ in range(mishaps)]
    with ThreadPoolExecutor(borrowers) as threads:
        return [*ended, *threads.map(borrow, [False] * borrowers)]


def borrow_in_vain(exercise: Any, uri: str, database: str, collection: str, wait_s: float) -> str:
    """Borrow the only client of a pool, then once more; search before and after, and with a second client if given."""
    pool = exercise.ClientPool(uri, database, 1, wait_s)
    ended = ""
    with pool.borrow() as client:
        _search(client, collection, WORKING)
        try:
            with pool.borrow() as second:
                _search(second, collection, TOO_MANY)
        except Exception as error:  # noqa: BLE001 - which one it is, is the question
            ended = type(error).__name__
        _search(client, collection, AFTERWARDS)
    return ended


def close_a_pool(exercise: Any, uri: str, database: str, collection: str, size: int) -> None:
    """Borrow every client of a pool, close the pool, and try to go on with the clients."""
    pool = exercise.ClientPool(uri, database, size, PATIENCE_S)
    borrowed = [pool.borrow() for _ in range(size)]
    clients = [block.__enter__() for block in borrowed]
    for client in clients:
        _search(client, collection, WORKING)
    for block in borrowed:
        block.__exit__(None, None, None)
    pool.close()
    for client in clients:
        _try(client, collection, AFTERWARDS)


def _search(client: MilvusClient, collection: str, limit: int, vector: list[float] = VECTOR) -> list[Any]:
    found = client.search(collection, [vector], anns_field="embedding", limit=limit, retry_times=0)
    return list(found[0])


def _try(client: MilvusClient, collection: str, limit: int) -> None:
    with contextlib.suppress(MilvusException):
        _search(client, collection, limit)
