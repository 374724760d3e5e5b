"""1.2 Connection management: clients that are closed, retried, shared and bounded.

Goal
    Write the four pieces that stand between an application and Milvus: a `with` block that always closes its client,
    a retry that knows what is worth retrying, a pool that lends a few clients to many threads, and an asynchronous
    fan-out that never asks for more at once than it was told.

Why it matters
    Every server is away for a moment some day: a restart, a failover, a rate limit. An application without retries
    fails with it. One that retries everything, at once and without end, keeps the server down when it comes back, and
    repeats a request that can never succeed 75 times (which is what pymilvus does by itself with a lost connection). A
    client that isn't given back when something raises is missed hours later, when the pool is empty and all wait.

What is measured
    A proxy stands between your code and a real Milvus. It refuses calls, holds them, counts them, and notes when each
    one came. So the checks know how many attempts you made, how long you waited in between, and how many of your calls
    were on their way at one moment.

Begin with `connected`: it earns points by itself.

Grade it:      nox -s stage1 -- 1.2
Look at it:    nox -s play -- 1.2
"""

from __future__ import annotations

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
"""What a server says that is away or busy for a moment."""


@contextmanager
def connected(uri: str, database: str) -> Iterator[MilvusClient]:
    """Open a client for the length of a `with` block, and close it however the block ends.

    An exception that ends the block goes on to the caller, unchanged.

        with connected("http://127.0.0.1:19530", "default") as client:
            client.list_collections()

    Args:
        uri: address of Milvus.
        database: name of the database to work in.
    """
    # TODO: with @contextmanager above, the block runs where this function says `yield client`. What if it raises?
    raise NotImplementedError


def may_pass(error: Exception) -> bool:
    """Say whether the same request may succeed in a moment, though it has failed with this error.

    It may when the error carries one of the TRANSIENT codes, or when Milvus itself calls it retriable. It won't when
    the request is wrong (a vector of the wrong length, a collection that isn't there), or the caller isn't allowed.

    The code is found in two places: pymilvus raises some failures as MilvusException, whose `code` is then a
    grpc.StatusCode instead of Milvus' number, and lets others through as grpc.RpcError, whose code() is a method.
    """
    # TODO
    raise NotImplementedError


def with_retry(
    operation: Callable[[], Result], attempts: int = 5, first_wait_s: float = 0.1, longest_wait_s: float = 2.0
) -> Result:
    """Call an operation until it succeeds, at most `attempts` times, waiting longer after each failure.

    After the first failure wait `first_wait_s`, then twice as long each time, but never longer than `longest_wait_s`:
    exponential backoff. Shorten every wait at random, by up to one half: jitter, without which all the clients that
    failed together come back together.

    Args:
        operation: what to do; its own retries are off (`retry_times=0`), and it may be done twice without harm.
        attempts: how often it is called at most, the first time included.
        first_wait_s: longest wait after the first failure, in seconds.
        longest_wait_s: longest wait after any failure, in seconds.

    Returns:
        What the operation returned.

    Raises:
        Exception: that of the last attempt, or at once the one that won't pass.
    """
    # TODO
    raise NotImplementedError


class ClientPool:
    """Lends a fixed number of clients to any number of threads.

    pool = ClientPool(uri, "default", size=3, wait_s=5.0)
    with pool.borrow() as client:
        client.list_collections()
    """

    def __init__(self, uri: str, database: str, size: int, wait_s: float) -> None:
        """Prepare a pool.

        Args:
            uri: address of Milvus.
            database: name of the database to work in.
            size: number of clients, and so of borrowers at one moment.
            wait_s: seconds that a borrower waits for a free client.
        """
        # TODO: queue.Queue waits, and is safe to use from many threads.
        raise NotImplementedError

    @contextmanager
    def borrow(self) -> Iterator[MilvusClient]:
        """Lend a client for the length of a `with` block; it comes back however the block ends.

        Raises:
            TimeoutError: no client became free within `wait_s`.
        """
        # TODO
        raise NotImplementedError

    def close(self) -> None:
        """Close all clients."""
        # TODO
        raise NotImplementedError


async def search_all(
    client: AsyncMilvusClient, collection: str, queries: list[dict[str, Any]], limit: int, at_once: int
) -> list[list[int]]:
    """Search for many users, several at the same time, but never more than `at_once`.

    Every user sees only rows of their own, so each query has a filter of its own and needs a request of its own.

    Args:
        client: an open asynchronous client.
        collection: name of the collection; its vectors stand in the field `embedding`.
        queries: dicts with `vector` (shape (dim,)) and `filter` (an expression).
        limit: hits for each query.
        at_once: the largest number of searches that may be on their way at one moment.

    Returns:
        The ids of the hits of each query, best first, in the order of `queries`.

    Raises:
        MilvusException: a search failed.
    """
    # TODO: asyncio.gather keeps the order; what keeps the number down?
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.showing import demo_uri

    with demo_uri() as uri:
        with connected(uri, "default") as client:
            print("connected to Milvus", client.get_server_version())
        fails = iter([True, True, False])

        def flaky() -> str:  # noqa: D103
            if next(fails):
                print("  … failed, once more")
                raise MilvusException(grpc.StatusCode.UNAVAILABLE, "away for a moment")
            return "succeeded at the third attempt"

        print(with_retry(flaky))
        pool = ClientPool(uri, "default", size=1, wait_s=0.5)
        with pool.borrow() as client:
            try:
                with pool.borrow():
                    print("a second client from a pool of one?")
            except TimeoutError as error:
                print("a second borrower waited in vain:", error)
        pool.close()
