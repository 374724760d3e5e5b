"""3.4 Performance benchmark: measure a vector database so that others may believe it.

Goal
    Write a load-test harness: workers that send searches one after another (a closed loop), a sender that keeps to a
    schedule (an open loop), and the figures that people decide by: answers per second (QPS), p50, p95 and p99, recall.
    Then sweep over search parameters and numbers of workers, and draw what comes out: QPS against recall.

Why it matters
    Half of all benchmarks measure themselves. A mean hides the slow answers; failures come back quickly and look like
    speed; the first searches open connections and fill caches; the same query again and again is answered from one.
    Worst of all is a harness that waits for each answer before it sends the next query: while the server stands still
    for a second it sends nothing, so it sees one slow answer per worker where a thousand users waited. Gil Tene named
    that coordinated omission. And QPS says nothing without the recall at which it was measured: an index that finds
    half of the neighbours is always faster.

What is measured
    Your harness. The checks put a proxy between it and Milvus, which delays searches, stands still, refuses some, and
    keeps a log; what you report is held against that log. At the end your harness and the grader's measure the real
    server in turn, and have to agree. The picture isn't judged for its beauty: every measurement has to be seen in it.

`summarise` and `draw` need no Milvus: begin there. Time things with time.perf_counter().

Grade it:      nox -s stage3 -- 3.4
Look at it:    nox -s play -- 3.4
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Search = Callable[[Vectors], list[int]]
"""Searches for one vector, shape (dim,), and returns the ids that were found, the nearest first; raises if it fails."""
Params = dict[str, int]
"""Search parameters, such as {"ef": 64}."""
Row = dict[str, Any]
"""A measurement: "params", "workers", "recall", and the figures that `summarise` returns."""


@dataclass(frozen=True)
class Run:
    """What one run has measured; the warm-up is no part of it.

    Attributes:
        latencies_s: of each query that was answered, in seconds, in any order.
        failed: how many queries weren't.
        seconds: how long the run took, until the last worker was back.
        found: the ids found for each query, in the order of the queries; empty where it failed.
    """

    latencies_s: list[float]
    failed: int
    seconds: float
    found: list[list[int]]


def summarise(latencies_s: list[float], failed: int, seconds: float) -> dict[str, float]:
    """Return the figures of a run.

    Args:
        latencies_s: of each query that was answered, in seconds, in any order.
        failed: how many queries weren't.
        seconds: how long the run took.

    Returns:
        "qps": answers per second of the run; "mean_ms", "p50_ms", "p95_ms", "p99_ms": the mean and the percentiles of
        the latencies, in milliseconds; "failed_share": failures as a share of all queries, 0 to 1. Without any answer
        qps is 0, and the mean and the percentiles are nan: nothing was measured. Without any query failed_share is 0.
    """
    # TODO
    raise NotImplementedError


def connect(uri: str, database: str, name: str, k: int, params: Params) -> Search:
    """Open a client of its own for a worker, and return the function that searches with it.

    Each call of that function sends one request. When Milvus refuses it, it fails: pymilvus would send it again and
    again, up to 75 times, and your harness would see one slow answer instead of failures.

    Args:
        uri: of the server, or of a proxy before it.
        database: that the collection is in.
        name: of the collection; it has one vector field.
        k: how many ids a search returns.
        params: what each search is told.
    """
    # TODO: MilvusClient(…, dedicated=True) shares its connection with no other client
    raise NotImplementedError


def closed_loop(connect: Callable[[], Search], queries: Vectors, workers: int, warm_up: int) -> Run:
    """Have workers send one query after another, each as soon as its last one was answered or has failed.

    First every worker connects. Then all of them together send the queries of the warm-up, which isn't measured; when
    the last of these is answered, the clock starts, and they send the rest. Every query is sent once, by whichever
    worker is free first, and as many are on their way as there are workers. Whatever a search raises is a failure.

    Args:
        connect: opens a way to search; it takes a while, and is called once for each worker. What it returns is used by
            one thread at a time.
        queries: shape (n, dim).
        workers: how many.
        warm_up: how many of the queries, from the first on, are for the warm-up.
    """
    # TODO: concurrent.futures has threads, queue.SimpleQueue hands out the queries
    raise NotImplementedError


def open_loop(connect: Callable[[], Search], queries: Vectors, rate: float, workers: int) -> Run:
    """Send queries on a schedule, as users do who know nothing of one another.

    When every worker has connected, the schedule starts: query i is due i / rate seconds later. It is sent then, or,
    while all workers are busy, as soon as one is free; it is never left out, and those that come after it stay due when
    they were. A latency counts from the moment at which the query was due, however late it was sent: that is how long
    its user has waited.

    Args:
        connect: as for `closed_loop`.
        queries: shape (n, dim); none of them is for a warm-up.
        rate: queries per second.
        workers: how many may be on their way at once.
    """
    # TODO: a worker takes the next query and sleeps until it is due
    raise NotImplementedError


def sweep(
    connect: Callable[[Params], Search],
    queries: Vectors,
    truth: npt.NDArray[np.int64],
    settings: list[Params],
    workers: list[int],
    warm_up: int,
) -> list[Row]:
    """Measure every setting with every number of workers, each in a closed loop of its own.

    Args:
        connect: opens a way to search with these parameters.
        queries: shape (n, dim); the first `warm_up` of them aren't measured.
        truth: the true neighbours of every query, shape (n, k).
        settings: the search parameters.
        workers: the numbers of workers.
        warm_up: how many of the queries are for the warm-up.

    Returns:
        A row for each pair: "params", "workers", "recall" (the share of the true neighbours that was found, as a mean
        over the queries that were measured, 0 to 1; a query that failed has found none), and all figures of
        `summarise`.
    """
    # TODO
    raise NotImplementedError


def draw(rows: list[Row]) -> npt.NDArray[np.uint8]:
    """Draw QPS against recall: recall to the right, answers per second upwards, each number of workers for itself.

    Every row leaves a mark, and the same rows give the same picture.

    Returns:
        The picture in red, green and blue, shape (height, width, 3), 100 to 2,000 pixels a side; row 0 is at the top.
    """
    # TODO: matplotlib is there; its Figure and FigureCanvasAgg need no window
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from functools import partial
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    import matplotlib.image
    from pymilvus import DataType, MilvusClient

    from fixtures.datasets import glove
    from fixtures.recall import exact
    from fixtures.showing import demo_uri

    words = glove().vectors
    stored, asked = words[2_000:8_000], words[1_000:1_200]
    with demo_uri() as uri:
        client = MilvusClient(uri)
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=50)
        index = client.prepare_index_params("vector", index_type="HNSW", metric_type="COSINE")
        client.create_collection("words", schema=schema, index_params=index)
        client.insert("words", [{"id": i, "vector": row} for i, row in enumerate(stored.tolist())])
        client.flush("words")  # what isn't flushed has no index yet, and is searched exactly
        client.release_collection("words")
        client.load_collection("words")

        searching = partial(connect, uri, "", "words", 10)
        truth = exact(asked, stored, "COSINE", 10).neighbours()
        rows = sweep(searching, asked, truth, [{"ef": ef} for ef in (10, 20, 40, 80)], [1, 4], warm_up=50)
        line = "{params!s:11} {workers} workers  recall {recall:.3f}  {qps:4.0f} QPS  p99 {p99_ms:.1f} ms"
        for row in rows:
            print(line.format(**row))
        picture = Path(__file__).parents[2] / "reports" / "benchmark.png"
        picture.parent.mkdir(exist_ok=True)
        matplotlib.image.imsave(picture, draw(rows))
        print("drawn in reports/benchmark.png")

        for rate in (50, 200, 800):
            run = open_loop(partial(searching, {"ef": 40}), asked, rate, workers=8)
            figures = summarise(run.latencies_s, run.failed, run.seconds)
            print("{rate} queries/s: p50 {p50_ms:.1f}, p99 {p99_ms:.1f} ms".format(rate=rate, **figures))
