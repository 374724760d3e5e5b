"""What the checks of 2.1 ask of a collection: its rows sealed, and its index in use for all of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from checks.stage2_core_features.index_arithmetic import PARAMETERS
from fixtures.milvus import Milvus
from fixtures.serving import unserved
from grader.check import because, shortened

SOON_S = 20.0
"""How long an index that isn't served yet is waited for, to tell too early from never."""
SAMPLES = 20

Vectors = npt.NDArray[np.float32]


def assert_filled(milvus: Milvus, name: str, vectors: Vectors) -> None:
    """Make sure that a collection has the fields of the brief and that all its rows are sealed."""
    _assert_there(milvus, name)
    _assert_fields(milvus.client.describe_collection(name, timeout=20), vectors.shape[1])
    sealed = int(milvus.client.get_collection_stats(name, timeout=20)["row_count"])  # it knows sealed segments only
    assert sealed >= len(vectors), because(
        "not_sealed",
        "fill() was given {rows} vectors, and {sealed} rows are sealed. The rest, if it was inserted, waits in a "
        "growing segment: no index will cover it, it is searched row by row, and every recall is 1.0. What seals it?",
        rows=len(vectors),
        sealed=sealed,
    )
    assert sealed == len(vectors), because(
        "too_many_rows", "fill() was given {rows} vectors and stored {sealed} rows.", rows=len(vectors), sealed=sealed
    )


def assert_served(milvus: Milvus, name: str, index_type: str, vectors: Vectors) -> None:
    """Make sure that searches of a collection use an index of this type, built as the brief says, for every row."""
    _assert_there(milvus, name)
    why = unserved(milvus, name, len(vectors))  # at once: build_index has promised it
    _assert_index(_described(milvus, name), index_type, vectors.shape[1])
    if why is not None:
        deadline = time.monotonic() + SOON_S
        while unserved(milvus, name, len(vectors)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert unserved(milvus, name, len(vectors)), because(
            "too_early",
            "build_index() returned from {index_type} when {why}. A moment later the index was in use: wait for it, or "
            "the first searches, and whoever measures them, get something else.",
            index_type=index_type,
            why=why,
        )
        raise AssertionError(
            because(
                "not_served",
                "build_index() returned from {index_type}, and searches don't use the index: {why}.",
                index_type=index_type,
                why=why,
            )
        )
    _assert_rows(milvus, name, vectors)


def _assert_there(milvus: Milvus, name: str) -> None:
    assert milvus.client.has_collection(name, timeout=20), because(
        "no_collection", "The server has no collection of the name {name}, which your code should have made.", name=name
    )


def _assert_fields(description: dict[str, Any], dim: int) -> None:
    fields = {field["name"]: field for field in description["fields"]}
    key, embedding = fields.get("id", {}), fields.get("embedding", {})
    right_key = key.get("type") == DataType.INT64 and key.get("is_primary") and not key.get("auto_id")
    assert right_key, because(
        "wrong_key",
        "The primary key should be `id`, an INT64 that the rows bring with them (auto_id=False). The collection has "
        "the fields {fields}.",
        fields=shortened(sorted(fields)),
    )
    vector = embedding.get("type") == DataType.FLOAT_VECTOR and int(embedding["params"]["dim"]) == dim
    assert vector, because(
        "wrong_vector_field",
        "The collection should have a field `embedding`, a FLOAT_VECTOR of {dim} numbers. It has the fields {fields}.",
        dim=dim,
        fields=shortened(sorted(fields)),
    )


def _described(milvus: Milvus, name: str) -> dict[str, Any]:
    """Return what the server says of the index on `embedding`; empty where there is none."""
    for index in milvus.client.list_indexes(name, "embedding", timeout=20):
        described: dict[str, Any] = milvus.client.describe_index(name, index, timeout=20)
        return described
    return {}


def _assert_index(index: dict[str, Any], index_type: str, dim: int) -> None:
    assert index, because(
        "no_index",
        "build_index() was asked for {index_type}, and the server has no index on embedding.",
        index_type=index_type,
    )
    assert index["index_type"] == index_type, because(
        "wrong_type",
        "build_index() was asked for {expected}, and the server has an index of the type {actual}.",
        expected=index_type,
        actual=index["index_type"],
    )
    assert index["metric_type"] == "COSINE", because(
        "wrong_metric",
        "The {index_type} index compares by {actual}, expected COSINE. These vectors differ in length, so the "
        "neighbours differ too.",
        index_type=index_type,
        actual=index["metric_type"],
    )
    wanted = PARAMETERS[index_type](dim)
    actual = {key: index.get(key, "its default") for key in wanted}
    assert {key: str(value) for key, value in wanted.items()} == actual, because(
        "wrong_parameters",
        "The {index_type} index should be built with {expected}. The server has {actual}.",
        index_type=index_type,
        expected=shortened(wanted),
        actual=shortened(actual),
    )


def _assert_rows(milvus: Milvus, name: str, vectors: Vectors) -> None:
    """Make sure that a loaded collection holds each vector under its number."""
    there = milvus.count(name)
    assert there == len(vectors), because(
        "wrong_count",
        "fill() was given {rows} vectors, and count(*) finds {there} rows.",
        rows=len(vectors),
        there=there,
    )
    ids = [int(row) for row in np.linspace(0, len(vectors) - 1, SAMPLES)]
    found = {row["id"]: row["embedding"] for row in milvus.rows(name, f"id in {ids}")}
    for row in ids:
        assert row in found, because(
            "wrong_ids",
            "Vector {row} of those that fill() was given should be stored under the id {row}, and there is no such id.",
            row=row,
        )
        assert np.allclose(found[row], vectors[row], rtol=1e-5), because(
            "wrong_vectors",
            "Vector {row} of those that fill() was given begins with {expected}. Under the id {row} there is a vector "
            "that begins with {actual}. Store each one as it comes, under its own number.",
            row=row,
            expected=shortened(vectors[row][:3].round(3).tolist()),
            actual=shortened(np.round(found[row][:3], 3).tolist()),
        )
