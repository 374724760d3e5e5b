"""1.2 Connection management: reference solution. The brief: exercises/stage1_basics/ex02_connection_management.py."""

from __future__ import annotations

import asyncio
import itertools
import queue
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import grpc
from pymilvus import AsyncMilvusClient, MilvusClient, MilvusException

Result = TypeVar("Result")

TRANSIENT = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
    }
)


@contextmanager
def connected(uri: str, database: str) -> Iterator[MilvusClient]:
    """Open a client for the length of a `with` block, and close it however the block ends."""
    client = MilvusClient(uri=uri, db_name=database)
    try:
        yield client
    finally:
        client.close()


def may_pass(error: Exception) -> bool:
    """Say whether the same request may succeed in a moment."""
    if isinstance(error, MilvusException):
        return error.retriable or error.code in TRANSIENT
    return isinstance(error, grpc.RpcError) and error.code() in TRANSIENT


def with_retry(
    operation: Callable[[], Result], attempts: int = 5, first_wait_s: float = 0.1, longest_wait_s: float = 2.0
) -> Result:
    """Call an operation until it succeeds, with exponential backoff and jitter."""
    for attempt in itertools.count(1):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt >= attempts or not may_pass(error):
                raise
        wait_s = min(first_wait_s * 2 ** (attempt - 1), longest_wait_s)
        time.sleep(wait_s * random.uniform(0.5, 1))
    raise AssertionError("the loop ends by return or raise")


class ClientPool:
    """Lends a fixed number of clients to any number of threads."""

    def __init__(self, uri: str, database: str, size: int, wait_s: float) -> None:
        """Open the clients."""
        self._wait_s = wait_s
        self._clients = [MilvusClient(uri=uri, db_name=database) for _ in range(size)]
        self._free: queue.Queue[MilvusClient] = queue.Queue()
        for client in self._clients:
            self._free.put(client)

    @contextmanager
    def borrow(self) -> Iterator[MilvusClient]:
        """Lend a client for the length of a `with` block."""
        try:
            client = self._free.get(timeout=self._wait_s)
        except queue.Empty:
            raise TimeoutError(f"no client became free within {self._wait_s} s") from None
        try:
            yield client
        finally:
            self._free.put(client)

    def close(self) -> None:
        """Close all clients."""
        for client in self._clients:
            client.close()


async def search_all(
    client: AsyncMilvusClient, collection: str, queries: list[dict[str, Any]], limit: int, at_once: int
) -> list[list[int]]:
    """Search for many users, at most `at_once` at the same time."""
    slots = asyncio.Semaphore(at_once)

    async def search(query: dict[str, Any]) -> list[int]:
        async with slots:
            found = await client.search(
                collection, [query["vector"]], anns_field="embedding", filter=query["filter"], limit=limit
            )
        return [hit["id"] for hit in found[0]]

    return await asyncio.gather(*(search(query) for query in queries))
