"""Classes instead of generators, a condition instead of a queue, clients opened when they are needed, a task group."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from contextlib import closing, contextmanager

import grpc
from pymilvus import MilvusClient, MilvusException

RETRIED = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"}


def connected(uri, database):
    return closing(MilvusClient(uri, db_name=database, dedicated=True))


def may_pass(error):
    code = error.code() if isinstance(error, grpc.RpcError) else getattr(error, "code", None)
    return getattr(code, "name", "") in RETRIED or bool(getattr(error, "retriable", False))


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    try:
        return operation()
    except Exception as error:
        if attempts == 1 or not may_pass(error):
            raise
    time.sleep(random.uniform(first_wait_s / 2, first_wait_s))
    return with_retry(operation, attempts - 1, min(2 * first_wait_s, longest_wait_s), longest_wait_s)


class ClientPool:
    def __init__(self, uri, database, size, wait_s):
        self.uri, self.database, self.size, self.wait_s = uri, database, size, wait_s
        self.free, self.opened = deque(), []
        self.changed = threading.Condition()

    @contextmanager
    def borrow(self):
        client = self._take()
        try:
            yield client
        finally:
            with self.changed:
                self.free.append(client)
                self.changed.notify()

    def _take(self):
        with self.changed:
            there = self.changed.wait_for(lambda: self.free or len(self.opened) < self.size, self.wait_s)
            if not there:
                raise TimeoutError("every client is lent")
            if self.free:
                return self.free.pop()
            self.opened.append(MilvusClient(self.uri, db_name=self.database))
            return self.opened[-1]

    def close(self):
        for client in self.opened:
            client.close()


async def search_all(client, collection, queries, limit, at_once):
    answers = [None] * len(queries)
    waiting = iter(enumerate(queries))

    async def work():
        for place, query in waiting:
            found = await client.search(
                collection,
                data=[query["vector"]],
                filter=query["filter"],
                limit=limit,
                output_fields=["id"],
                anns_field="embedding",
            )
            answers[place] = [hit["id"] for hit in found[0]]

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    except (MilvusException, grpc.RpcError):
        for worker in workers:
            worker.cancel()
        raise
    return answers
