"""Another right way through 2.1: the server is asked until it is done, and FLAT's answers are the truth.

The formulas are a table, and compare() fills everything before it builds anything.
"""

from __future__ import annotations

import time

from pymilvus import CollectionSchema, DataType, FieldSchema, MilvusClient

INDEX_TYPES = ("FLAT", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "HNSW")
METRIC = "COSINE"
NLIST = 64
PQ_BITS = 4
HNSW_M = 8
HNSW_EF_CONSTRUCTION = 100

LISTS = {"nlist": NLIST}
GRAPH = {"M": HNSW_M, "efConstruction": HNSW_EF_CONSTRUCTION}
EFFORT = {"IVF_FLAT": "nprobe", "IVF_SQ8": "nprobe", "IVF_PQ": "nprobe", "HNSW": "ef"}


def pq_pieces(dim):
    pieces = max(dim // 2, 1)
    while dim % pieces:
        pieces -= 1
    return pieces


def index_bytes(index_type, rows, dim):
    a_row, once = {
        "FLAT": (4 * dim, 0),
        "IVF_FLAT": (4 * dim + 8, NLIST),
        "IVF_SQ8": (dim + 8, NLIST),
        "IVF_PQ": (pq_pieces(dim) / 2 + 8, NLIST + 2**PQ_BITS),
        "HNSW": (4 * dim + 8 + 4 * (2 * HNSW_M + 1) + 4 * HNSW_M / (HNSW_M - 1), 0),  # with the layers above
    }[index_type]
    return round(a_row * rows + once * 4 * dim)


def recall(found, truth):
    hits = sum(1 for ids, true in zip(found, truth, strict=True) for row in true if row in ids)
    return hits / sum(len(true) for true in truth)


def fill(client: MilvusClient, name, vectors):
    fields = [
        FieldSchema("embedding", DataType.FLOAT_VECTOR, dim=vectors.shape[1]),
        FieldSchema("id", DataType.INT64, is_primary=True),
    ]
    client.create_collection(name, schema=CollectionSchema(fields), consistency_level="Bounded")
    for start in range(0, len(vectors), 1_000):
        batch = vectors[start : start + 1_000]
        client.insert(name, [{"id": start + i, "embedding": vector} for i, vector in enumerate(batch)])
    client.flush(name)
    while client.get_collection_stats(name)["row_count"] < len(vectors):
        time.sleep(0.05)


def build_index(client, name, index_type, dim):
    began = time.monotonic()
    params = {"HNSW": GRAPH, "FLAT": {}, "IVF_PQ": LISTS | {"m": pq_pieces(dim), "nbits": PQ_BITS}}
    index = client.prepare_index_params()
    index.add_index("embedding", index_type, "by_meaning", metric_type=METRIC, params=params.get(index_type, LISTS))
    client.create_index(name, index, sync=False)
    rows = client.get_collection_stats(name)["row_count"]
    while client.describe_index(name, "by_meaning")["indexed_rows"] < rows:
        time.sleep(0.02)
    client.load_collection(name)
    while index_type != "FLAT" and not all(segment.index_name for segment in client.list_loaded_segments(name)):
        time.sleep(0.02)
    return time.monotonic() - began


def search(client, name, index_type, queries, k, effort):
    how = {"metric_type": METRIC, **({EFFORT[index_type]: effort} if index_type in EFFORT else {})}
    results = client.search(name, data=list(queries), anns_field="embedding", limit=k, search_params=how)
    return [[hit["id"] for hit in hits] for hits in results]


def compare(client, name, vectors, queries, k, nprobe, ef):
    rows, dim = vectors.shape
    for index_type in INDEX_TYPES:
        fill(client, f"{name}_{index_type}", vectors)
    seconds = {each: build_index(client, f"{name}_{each}", each, dim) for each in reversed(INDEX_TYPES)}
    truth = search(client, f"{name}_FLAT", "FLAT", queries, k, 0)
    report = []
    for index_type in INDEX_TYPES:
        found = search(client, f"{name}_{index_type}", index_type, queries, k, ef if index_type == "HNSW" else nprobe)
        share = recall(found, truth)
        size = index_bytes(index_type, rows, dim)
        report.append({"index_type": index_type, "bytes": size, "build_s": seconds[index_type], "recall": share})
    return report
