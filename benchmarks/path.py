"""Where the time of a search in the Milvus server goes: its client, the way, the server, and the index in it.

The same search is asked in three ways, in turn: by MilvusClient; as bytes that were encoded before, on a channel of its
own, whose answer nobody decodes; and as a call that the server answers without a search (GetVersion). What they
differ by is what lies between them. What the server itself spends, its own histograms tell.
"""

from __future__ import annotations

import re
import statistics
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import grpc
from pymilvus import MilvusClient
from pymilvus.client.prepare import Prepare
from pymilvus.grpc_gen import milvus_pb2

from benchmarks.contenders import COLLECTION, K, Vectors
from infra.backends import Server

TIMES = 400
SERVICE = "/milvus.proto.milvus.MilvusService/"
HISTOGRAMS = {
    "proxy": 'milvus_proxy_sq_latency_{part}{{[^}}]*query_type="search"[^}}]*}} (\\S+)',
    "index": 'milvus_querynode_sq_core_latency_{part}{{[^}}]*query_type="search"[^}}]*}} (\\S+)',
}
"""The latencies that a server reports, in milliseconds: of whole searches at its proxy, and of the index alone."""


def path_table(server: Server, queries: Vectors, ef: int) -> str:
    """Return the table, in Markdown."""
    client = MilvusClient(server.uri, token=server.token)
    told = {"params": {"ef": ef}}

    def whole(query: Vectors) -> None:
        client.search(COLLECTION, [query], limit=K, search_params=told)

    with grpc.insecure_channel(server.uri.partition("://")[2]) as channel:
        search, version = (channel.unary_unary(SERVICE + method) for method in ("Search", "GetVersion"))
        encoded = {query.tobytes(): _encoded(query, ef) for query in queries}
        nothing = milvus_pb2.GetVersionRequest().SerializeToString()
        ways: list[Callable[[Vectors], Any]] = [
            whole,
            lambda query: search(encoded[query.tobytes()]),
            lambda _: version(nothing),
        ]
        for way in ways:
            for query in queries[:50]:
                way(query)
        before = _histograms(server)
        seconds = [[_timed(way, queries[place % len(queries)]) for way in ways] for place in range(TIMES)]
        after = _histograms(server)
    client_ms, raw_ms, empty_ms = (1e3 * statistics.median(way) for way in zip(*seconds, strict=True))
    spent = {name: (after[name][0] - before[name][0]) / (after[name][1] - before[name][1]) for name in HISTOGRAMS}
    return _table(client_ms, raw_ms, empty_ms, spent)


def _table(client_ms: float, raw_ms: float, empty_ms: float, spent: dict[str, float]) -> str:
    lines = [
        f"| where the time of a search goes, Milvus server, 1 worker, {TIMES} times in turn | ms | share |",
        "|---|---|---|",
    ]
    parts = {
        "`MilvusClient.search`: all of it, median": client_ms,
        "pymilvus: encoding the request, decoding the answer (all, less the same request as bytes)": client_ms - raw_ms,
        "gRPC and the way (GetVersion, which the server answers at once)": empty_ms,
        "the server (the rest)": raw_ms - empty_ms,
        "by its own histogram: the whole search at the server's proxy, mean": spent["proxy"],
        "by its own histogram: the HNSW index alone, mean": spent["index"],
    }
    return "\n".join([*lines, *(f"| {name} | {ms:.2f} | {ms / client_ms:.0%} |" for name, ms in parts.items())])


def _encoded(query: Vectors, ef: int) -> bytes:
    """Return the request that MilvusClient would send."""
    request = Prepare.search_requests_with_expr(
        COLLECTION,
        anns_field="vector",
        param={"params": {"ef": ef}},
        limit=K,
        data=[query],
        use_default_consistency=True,
    )
    return bytes(request.SerializeToString())


def _timed(way: Callable[[Vectors], Any], query: Vectors) -> float:
    began = time.perf_counter()
    way(query)
    return time.perf_counter() - began


def _histograms(server: Server) -> dict[str, tuple[float, float]]:
    """Return sum and count of each histogram."""
    assert server.metrics_uri is not None
    with urllib.request.urlopen(server.metrics_uri, timeout=10) as reply:
        text = reply.read().decode()
    return {
        name: tuple(sum(map(float, re.findall(pattern.format(part=part), text))) for part in ("sum", "count"))  # type: ignore[misc]
        for name, pattern in HISTOGRAMS.items()
    }
