"""3.4 Performance benchmark: reference solution. Brief: exercises/stage3_use_cases/ex04_performance_benchmark.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient

Vectors = npt.NDArray[np.float32]
Search = Callable[[Vectors], list[int]]
Params = dict[str, int]
Row = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What one run has measured."""

    latencies_s: list[float]
    failed: int
    seconds: float
    found: list[list[int]]


def summarise(latencies_s: list[float], failed: int, seconds: float) -> dict[str, float]:
    """Return the figures of a run: answers per second, percentiles of their latencies, share of failures."""
    answered = len(latencies_s)
    milliseconds = 1e3 * np.array(latencies_s if answered else [np.nan])
    p50, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99]).tolist()
    return {
        "qps": answered / seconds if answered else 0.0,
        "mean_ms": float(milliseconds.mean()),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "failed_share": failed / (answered + failed) if failed else 0.0,
    }


def connect(uri: str, database: str, name: str, k: int, params: Params) -> Search:
    """Open a client; each search with it is one request, which fails or doesn't."""
    client = MilvusClient(uri, db_name=database, dedicated=True)

    def search(vector: Vectors) -> list[int]:
        hits = client.search(name, [vector], limit=k, search_params={"params": params}, retry_times=0)
        return [hit["id"] for hit in hits[0]]

    return search


def closed_loop(connect: Callable[[], Search], queries: Vectors, workers: int, warm_up: int) -> Run:
    """Have workers send one query after another, each as soon as its last one was answered."""
    searches = [connect() for _ in range(workers)]
    _run(searches, queries[:warm_up], _now)
    return _run(searches, queries[warm_up:], _now)


def open_loop(connect: Callable[[], Search], queries: Vectors, rate: float, workers: int) -> Run:
    """Send queries on a schedule, and count each latency from the moment that the schedule has for it."""
    searches = [connect() for _ in range(workers)]
    began = time.perf_counter()

    def when_due(place: int) -> float:
        due = began + place / rate
        time.sleep(max(due - time.perf_counter(), 0))
        return due

    return _run(searches, queries, when_due)


def sweep(
    connect: Callable[[Params], Search],
    queries: Vectors,
    truth: npt.NDArray[np.int64],
    settings: list[Params],
    workers: list[int],
    warm_up: int,
) -> list[Row]:
    """Measure every setting with every number of workers."""
    rows = []
    for params in settings:
        for number in workers:
            run = closed_loop(partial(connect, params), queries, number, warm_up)
            figures = summarise(run.latencies_s, run.failed, run.seconds)
            rows.append({"params": params, "workers": number, "recall": _recall(run.found, truth[warm_up:]), **figures})
    return rows


def draw(rows: list[Row]) -> npt.NDArray[np.uint8]:
    """Draw a line through the settings for each number of workers: recall to the right, QPS upwards."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here: it takes a second, and only a picture needs it
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), dpi=100)
    axes = figure.add_subplot(xlabel="recall", ylabel="answers per second")
    for workers in sorted({row["workers"] for row in rows}):
        line = sorted((row["recall"], row["qps"]) for row in rows if row["workers"] == workers)
        axes.plot(*zip(*line, strict=True), marker="o", label=workers)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(title="workers", loc="lower left")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _now(_: int) -> float:
    return time.perf_counter()


def _run(searches: list[Search], queries: Vectors, since: Callable[[int], float]) -> Run:
    """Have each worker take the next query until none is left.

    Args:
        searches: of each worker.
        queries: each is sent once.
        since: waits until the query at a place may be sent, and says from when its latency counts.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for place in range(len(queries)):
        waiting.put(place)
    latencies_s: list[float] = [np.nan] * len(queries)  # of failures it stays so
    found: list[list[int]] = [[] for _ in queries]

    def work(search: Search) -> None:
        while True:
            try:
                place = waiting.get_nowait()
            except Empty:
                return
            began = since(place)
            try:
                found[place] = search(queries[place])
            except Exception:  # noqa: BLE001 - whatever a client raises, it isn't an answer
                continue
            latencies_s[place] = time.perf_counter() - began

    with ThreadPoolExecutor(len(searches)) as threads:
        began = time.perf_counter()
        list(threads.map(work, searches))  # list() lets a worker's own mistake out
        seconds = time.perf_counter() - began
    answered = [latency for latency in latencies_s if not np.isnan(latency)]
    return Run(answered, len(queries) - len(answered), seconds, found)


def _recall(found: list[list[int]], truth: npt.NDArray[np.int64]) -> float:
    return float(np.mean([len({*ids} & {*true}) / len(true) for ids, true in zip(found, truth.tolist(), strict=True)]))
