"""2.2 Search optimisation: reference solution. Brief: exercises/stage2_core_features/ex02_search_optimisation.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient

Point = tuple[str, float, float]
Hits = list[tuple[int, float]]

LARGEST = 16_384
DEEPEST = 200

ONE_IN_TWENTY = 1.645
"""How many standard errors below its mean a normal variable falls in one case of twenty."""
STEP = 1.12
"""From one value to the next: tune() overshoots by this factor at most."""
PAGING_EF = 512
"""Of every page alike, and so large that even the DEEPEST hit is found nearly always."""


def recalls(found: list[list[int]], truth: npt.NDArray[np.int64]) -> list[float]:
    """Return for each query which share of its true neighbours was found."""
    return [len(set(ids) & set(true)) / len(true) for ids, true in zip(found, truth.tolist(), strict=True)]


def search(
    client: MilvusClient, name: str, vectors: npt.NDArray[np.float32], k: int, params: dict[str, int]
) -> list[Hits]:
    """Find the k nearest of every vector with one request."""
    found = client.search(name, vectors.tolist(), limit=k, search_params={"params": params})
    return [_pairs(hits) for hits in found]


def is_sure(recalls: npt.NDArray[np.float64], target: float) -> bool:
    """Say whether the lower end of a one-sided 95 % interval of the mean reaches the target."""
    standard_error = recalls.std(ddof=1) / np.sqrt(len(recalls))
    return bool(recalls.mean() - ONE_IN_TWENTY * standard_error >= target)


def tune(
    client: MilvusClient,
    name: str,
    queries: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64],
    parameter: str,
    most: int,
    target: float,
) -> int:
    """Climb from the cheapest value to the first one that is sure: the dear ones are never tried."""
    k = truth.shape[1]
    value = k if parameter == "ef" else 1
    while True:
        found = search(client, name, queries, k, {parameter: value})
        ids = [[key for key, _ in hits] for hits in found]
        if is_sure(np.array(recalls(ids, truth)), target):
            return value
        if value >= most:
            raise ValueError(f"no {parameter} up to {most} is sure to reach a recall of {target}")
        value = min(max(value + 1, round(value * STEP)), most)


def pareto_front(points: list[Point]) -> list[Point]:
    """Keep what finds more than everything that costs no more."""
    front: list[Point] = []
    for point in sorted(points, key=lambda point: (point[1], -point[2])):
        if not front or point[2] > front[-1][2]:
            front.append(point)
    return front


def within(client: MilvusClient, name: str, vector: npt.NDArray[np.float32], low: float, high: float) -> Hits:
    """Find every row between two scores: `radius` is the farther one, `range_filter` the nearer one."""
    metric = client.describe_index(name, client.list_indexes(name)[0])["metric_type"]
    near, far = (low, high) if metric == "L2" else (high, low)
    bounds = {"radius": far, "range_filter": near}
    return _pairs(client.search(name, [vector.tolist()], limit=LARGEST, search_params={"params": bounds})[0])


def page(client: MilvusClient, name: str, vector: npt.NDArray[np.float32], number: int, size: int) -> Hits:
    """Find one page of hits, with the same ef whatever its number."""
    params = {"params": {"ef": PAGING_EF}}
    found = client.search(name, [vector.tolist()], limit=size, offset=(number - 1) * size, search_params=params)
    return _pairs(found[0])


def _pairs(hits: list[dict[str, Any]]) -> Hits:
    return [(hit["id"], hit["distance"]) for hit in hits]
