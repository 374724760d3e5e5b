"""Threads of its own, a dispatcher for the schedule, nearest-rank percentiles, and a picture without matplotlib."""

from __future__ import annotations

import itertools
import math
import queue
import threading
import time
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from pymilvus import MilvusClient

SIDE, MARGIN = 400, 40
COLOURS = ["royalblue", "darkorange", "seagreen", "crimson", "purple"]


@dataclass
class Run:
    latencies_s: np.ndarray
    failed: int
    seconds: float
    found: list


def summarise(latencies_s, failed, seconds):
    ordered = sorted(latencies_s)
    n = len(ordered)

    def percentile(percent):  # nearest rank
        return 1e3 * ordered[math.ceil(percent / 100 * n) - 1] if n else math.nan

    return {
        "qps": n / seconds if n else 0.0,
        "mean_ms": 1e3 * math.fsum(ordered) / n if n else math.nan,
        "p50_ms": percentile(50),
        "p95_ms": percentile(95),
        "p99_ms": percentile(99),
        "failed_share": failed / max(n + failed, 1),
    }


class Searching:
    def __init__(self, uri, database, name, k, params):
        self.client = MilvusClient(uri=uri, db_name=database, dedicated=True)
        self.name, self.options = name, {"limit": k, "search_params": params, "retry_times": 0}

    def __call__(self, vector):
        return self.client.search(self.name, data=[vector.tolist()], **self.options)[0].ids


def connect(uri, database, name, k, params):
    return Searching(uri, database, name, k, params)


class Crew:
    """Threads that take orders (place, query, due) from a queue until it says None; due None means at once."""

    def __init__(self, connect, workers):
        self.orders, self.answers, self.searches = queue.Queue(), {}, [connect() for _ in range(workers)]

    def run(self, give_orders):
        threads = [threading.Thread(target=self.work, args=(search,)) for search in self.searches]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        give_orders(began)
        for _ in threads:
            self.orders.put(None)
        for thread in threads:
            thread.join()
        return time.monotonic() - began

    def work(self, search):
        for place, query, due in iter(self.orders.get, None):
            began = time.monotonic() if due is None else due
            try:
                ids = search(query)
            except Exception:  # noqa: BLE001 - whatever is raised is a failure
                self.answers[place] = (None, [])
            else:
                self.answers[place] = (time.monotonic() - began, ids)


def closed_loop(connect, queries, workers, warm_up):
    crew = Crew(connect, workers)
    crew.run(lambda _: [crew.orders.put((None, query, None)) for query in queries[:warm_up]])
    crew.answers.clear()
    seconds = crew.run(lambda _: [crew.orders.put((*each, None)) for each in enumerate(queries[warm_up:])])
    return _report(crew, len(queries) - warm_up, seconds)


def open_loop(connect, queries, rate, workers):
    crew = Crew(connect, workers)

    def dispatch(began):
        for place, query in enumerate(queries):
            due = began + place / rate
            time.sleep(max(due - time.monotonic(), 0))
            crew.orders.put((place, query, due))

    return _report(crew, len(queries), crew.run(dispatch))


def _report(crew, n, seconds):
    answers = [crew.answers[place] for place in range(n)]
    latencies = [latency for latency, _ in answers if latency is not None]
    return Run(np.array(latencies), n - len(latencies), seconds, [ids for _, ids in answers])


def sweep(connect, queries, truth, settings, workers, warm_up):
    rows = []
    for number, params in itertools.product(workers, settings):
        run = closed_loop(lambda params=params: connect(params), queries, number, warm_up)
        hits = sum(len(set(ids) & set(true)) for ids, true in zip(run.found, truth[warm_up:].tolist(), strict=True))
        row = {"params": params, "workers": number, "recall": hits / truth[warm_up:].size}
        rows.append(row | summarise(run.latencies_s.tolist(), run.failed, run.seconds))
    return rows


def draw(rows):
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((MARGIN, MARGIN, SIDE - MARGIN, SIDE - MARGIN), outline="grey")
    fastest = max(row["qps"] for row in rows)
    span = SIDE - 2 * MARGIN
    for row in rows:
        x, y = MARGIN + span * row["recall"], SIDE - MARGIN - span * row["qps"] / fastest
        size = 4 + row["workers"] % 3
        pen.ellipse((x - size, y - size, x + size, y + size), fill=COLOURS[row["workers"] % len(COLOURS)])
    pen.text((SIDE // 2, SIDE - 20), "recall", fill="black")
    pen.text((5, 10), f"QPS, up to {fastest:.0f}", fill="black")
    return np.asarray(picture).copy()
