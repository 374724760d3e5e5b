"""Another right way through 1.1: a context manager lends the collection, the read is a search, and calls are short.

The compose file is the official one: etcd and MinIO as services of their own.
"""

from __future__ import annotations

import contextlib
import os
import random
import time

import grpc
from pymilvus import MilvusClient, MilvusException

TROUBLE = MilvusException, grpc.RpcError


def wait_until_ready(uri, deadline_s):
    began = time.monotonic()
    error = None
    while (left := began + deadline_s - time.monotonic()) > 0:
        try:
            return attempt(uri, left)
        except TROUBLE as again:
            error = again
        time.sleep(0.25 if left > 0.25 else left)
    raise TimeoutError(f"no Milvus at {uri}: {error!r}")


def server_report(uri):
    report = {"version": None, "type": None, "databases": [], "healthy": False, "reasons": []}
    try:
        with contextlib.closing(MilvusClient(uri, timeout=3, dedicated=True)) as client:
            report["version"] = client.get_server_version(timeout=3)
            report["type"] = client.get_server_version(timeout=3, detail=True)["deploy_mode"].lower()
            report["databases"] = list(client.list_databases(timeout=3))
        attempt(uri, 10)
        report["healthy"] = True
    except TROUBLE as error:
        report["reasons"].append(f"{type(error).__name__}: {error}")
    return report


def attempt(uri, seconds):
    short = min(seconds / 4, 2)
    with (
        contextlib.closing(MilvusClient(uri, timeout=short, dedicated=True)) as client,
        lent(client, seconds) as name,
    ):
        client.insert(name, [{"id": n, "vector": [n, 0, 0, 1]} for n in range(3)], timeout=short)
        hits = client.search(name, [[1, 0, 0, 1]], limit=1, consistency_level="Strong", timeout=short)
        if [hit["id"] for hit in hits[0]] != [1]:
            raise MilvusException(message=f"found {hits[0]}")


@contextlib.contextmanager
def lent(client, seconds):
    name = f"probe_{os.getpid()}_{random.getrandbits(64):x}"
    try:
        client.create_collection(name, dimension=4, metric_type="L2", timeout=seconds)
        yield name
    finally:
        client.drop_collection(name, timeout=0.3)
