"""What `benchmarks.compare` compares: the same vectors behind numpy, faiss, hnswlib, milvus-lite and the Milvus server.

Each contender lives in a process of its own, so that its memory can be told, and answers one order after another.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from fixtures.datasets import glove
from infra.endpoint import Endpoint

Vectors = npt.NDArray[np.float32]
Search = Callable[[Vectors], list[int]]

QUERIES = 400
K = 10
M, EF_CONSTRUCTION = 16, 100
EFS = (10, 16, 32, 64, 128)
COLLECTION = "words"
_MIB = 1 << 20


@dataclass(frozen=True)
class Built:
    """A contender that is ready to be searched.

    Attributes:
        connect: opens a way to search for one vector, by ef.
        batch: searches for many vectors at once, by ef; returns the ids of each.
        efs: what ef may be; one value where there is none.
        watched: pids of the processes that hold the index.
    """

    connect: Callable[[int], Search]
    batch: Callable[[int, Vectors], Any]
    efs: tuple[int, ...]
    watched: tuple[int, ...]


def data() -> tuple[Vectors, Vectors]:
    """Return rows and queries: 19,600 and 400 words, of length 1, so that inner product is cosine."""
    vectors = glove().vectors / np.linalg.norm(glove().vectors, axis=1, keepdims=True)
    order = np.random.default_rng(34).permutation(len(vectors))
    return vectors[order[QUERIES:]], vectors[order[:QUERIES]]


def resident_mib(pids: tuple[int, ...]) -> float:
    """Return the resident memory of these processes and their descendants."""
    processes = [psutil.Process(pid) for pid in pids]
    everyone = {each for process in processes for each in (process, *process.children(recursive=True))}
    return sum(each.memory_info().rss for each in everyone) / _MIB


def numpy_exact(rows: Vectors, _: Endpoint) -> Built:
    """Compare with every row."""
    columns = np.ascontiguousarray(rows.T)

    def batch(_: int, queries: Vectors) -> Any:
        near = queries @ columns
        nearest = np.argpartition(-near, K, axis=1)[:, :K]
        return np.take_along_axis(nearest, np.argsort(-np.take_along_axis(near, nearest, 1), axis=1), 1)

    return Built(lambda ef: lambda query: batch(ef, query[None])[0].tolist(), batch, (0,), (os.getpid(),))


def faiss_hnsw(rows: Vectors, _: Endpoint) -> Built:
    """Build faiss' HNSW index in this process."""
    faiss = importlib.import_module("faiss")
    index = faiss.IndexHNSWFlat(rows.shape[1], M, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = EF_CONSTRUCTION
    index.add(rows)

    def batch(ef: int, queries: Vectors) -> Any:
        return index.search(queries, K, params=faiss.SearchParametersHNSW(efSearch=ef))[1]

    return Built(lambda ef: lambda query: batch(ef, query[None])[0].tolist(), batch, EFS, (os.getpid(),))


def hnswlib_hnsw(rows: Vectors, _: Endpoint) -> Built:
    """Build hnswlib's index in this process."""
    index = importlib.import_module("hnswlib").Index("ip", rows.shape[1])
    index.init_index(len(rows), M=M, ef_construction=EF_CONSTRUCTION)
    index.add_items(rows)

    def batch(ef: int, queries: Vectors) -> Any:
        index.set_ef(ef)
        return index.knn_query(queries, k=K)[0]

    def connect(ef: int) -> Search:
        index.set_ef(ef)
        return lambda query: index.knn_query(query, k=K, num_threads=1)[0][0].tolist()

    return Built(connect, batch, EFS, (os.getpid(),))


def milvus(rows: Vectors, server: Endpoint) -> Built:
    """Build the index in a Milvus that was started for this."""
    from pymilvus import DataType, MilvusClient

    client = MilvusClient(server.uri, token=server.token)
    schema, index = client.create_schema(auto_id=False), client.prepare_index_params()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.shape[1])
    params = {"M": M, "efConstruction": EF_CONSTRUCTION}
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params=params)
    client.create_collection(COLLECTION, schema=schema, consistency_level="Bounded")
    for start in range(0, len(rows), 5_000):
        part = enumerate(rows[start : start + 5_000].tolist(), start)
        client.insert(COLLECTION, [{"id": key, "vector": vector} for key, vector in part])
    client.flush(COLLECTION)
    client.create_index(COLLECTION, index)
    client.load_collection(COLLECTION)

    def batch(ef: int, queries: Vectors) -> Any:
        told = {"params": {"ef": ef}}
        return [hits.ids for hits in client.search(COLLECTION, list(queries), limit=K, search_params=told)]

    def connect(ef: int) -> Search:
        own, told = MilvusClient(server.uri, token=server.token, dedicated=True), {"params": {"ef": ef}}

        def search(query: Vectors) -> list[int]:
            ids: list[int] = own.search(COLLECTION, [query], limit=K, search_params=told, retry_times=0)[0].ids
            return ids

        return search

    return Built(connect, batch, EFS, ())


CONTENDERS: dict[str, tuple[Callable[[Vectors, Endpoint], Built], str]] = {
    "numpy, exact": (numpy_exact, ""),
    "faiss-cpu": (faiss_hnsw, ""),
    "hnswlib": (hnswlib_hnsw, ""),
    "milvus-lite": (milvus, "lite"),
    "Milvus server": (milvus, "server"),
}
"""By name: what builds it, and the backend that it needs."""


@contextmanager
def clock() -> Iterator[Callable[[], float]]:
    """Take the seconds of a block."""
    began = time.perf_counter()
    yield lambda: time.perf_counter() - began
