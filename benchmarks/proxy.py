"""What the proxy costs a call: `nox -s bench` runs this for each backend, `python -m benchmarks.proxy lite` by hand.

A client in a process of its own, as learner code is, searches directly, through the proxy on TCP, and through the proxy
on a unix socket, in turn. Each time is also given less the direct one of the same run.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from pymilvus import MilvusClient
from rich.console import Console
from rich.table import Table

from fixtures.milvus import Milvus, workspace
from fixtures.proxy import proxy_to
from grader.curriculum import ROOT
from infra.backends import shared_server

CALLS = 300
THREADS = 8
DIM = 32


def main(backend: str) -> None:
    """Measure one backend and print a table."""
    server = shared_server(backend)
    with workspace(server) as milvus, tempfile.TemporaryDirectory() as folder:
        collection = _fill(milvus)
        with (
            proxy_to(server.uri, server.token) as tcp,
            proxy_to(server.uri, server.token, at=f"unix:{folder}/proxy") as unix,
        ):
            order = json.dumps([[server.uri, tcp.uri, unix.uri], milvus.database, collection])
            command = [sys.executable, "-m", "benchmarks.proxy", "--client", order]
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        _show(backend, *json.loads(done.stdout))


def _fill(milvus: Milvus) -> str:
    name = milvus.new_name("bench")
    milvus.client.create_collection(name, dimension=DIM, metric_type="COSINE", timeout=30)
    rows = [{"id": key, "vector": [float(key % (place + 2)) for place in range(DIM)]} for key in range(500)]
    milvus.client.insert(name, rows, timeout=20)
    milvus.count(name)
    return name


def _measure(uris: list[str], database: str, collection: str) -> None:
    """Search by each way in turn, then as often as eight threads can; print both as JSON."""
    clients = [MilvusClient(uri=uri, db_name=database) for uri in uris]

    def search(client: MilvusClient) -> float:
        began = time.perf_counter()
        client.search(collection, [[1.0] * DIM], limit=10, consistency_level="Bounded")
        return time.perf_counter() - began

    for client in clients * 20:
        search(client)
    one_by_one = [[search(client) for client in clients] for _ in range(CALLS)]
    together = []
    for client in clients:
        with ThreadPoolExecutor(THREADS) as threads:
            began = time.perf_counter()
            list(threads.map(search, [client] * CALLS))
            together.append(CALLS / (time.perf_counter() - began))
    json.dump([list(zip(*one_by_one, strict=True)), together], sys.stdout)


def _show(backend: str, one_by_one: list[list[float]], together: list[float]) -> None:
    direct = statistics.median(one_by_one[0])
    title = f"{backend}: a search through the proxy, {CALLS} times in turn"
    table = Table("way", "median ms", "p95 ms", "more than direct, ms", f"calls/s, {THREADS} threads", title=title)
    for way, seconds, rate in zip(("direct", "proxy, TCP", "proxy, unix socket"), one_by_one, together, strict=True):
        middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        table.add_row(way, *(f"{1000 * each:.2f}" for each in (middle, p95, middle - direct)), f"{rate:.0f}")
    Console(highlight=False).print(table)


if __name__ == "__main__":
    if sys.argv[1] == "--client":
        _measure(*json.loads(sys.argv[2]))
    else:
        main(sys.argv[1])
