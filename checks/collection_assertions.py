"""What exercises ask of a collection that learner code has created: that it is there, and as the brief says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymilvus import DataType

from fixtures.milvus import Milvus
from grader.check import because
from grader.runner.submission import Submission
from infra.messages import N_, Message


def created(submission: Submission, milvus: Milvus, stem: str, *arguments: object) -> str:
    """Have the learner's create_collection make a collection, and return its name.

    Args:
        submission: the learner's functions.
        milvus: where.
        stem: how its name begins.
        arguments: what the function takes besides a client and the name.
    """
    name = milvus.new_name(stem)
    submission.call("create_collection", milvus.endpoint(), name, *arguments)
    assert_there(milvus, name)
    return name


def assert_there(milvus: Milvus, collection: str) -> None:
    """Make sure that create_collection has made the collection of this name."""
    assert milvus.client.has_collection(collection, timeout=20), because(
        "no_collection", "After create_collection() the server has no collection of the name it was given."
    )


def described(milvus: Milvus, collection: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the server says of a collection, and the metric type of each field's index that has one."""
    client = milvus.client
    indexes = [client.describe_index(collection, index) for index in client.list_indexes(collection)]
    metrics = {index["field_name"]: index["metric_type"] for index in indexes if "metric_type" in index}
    return client.describe_collection(collection), metrics


def assert_fields(description: Mapping[str, Any], kinds: Mapping[str, DataType]) -> dict[str, dict[str, Any]]:
    """Make sure that a collection has fields of some types, and return all its fields by name."""
    fields = {field["name"]: field for field in description["fields"]}
    for name, kind in kinds.items():
        actual = DataType(fields[name]["type"]).name if name in fields else None
        assert actual == kind.name, because(
            "wrong_field",
            "The collection should have a field {name} of type {expected}; the server says {actual}.",
            name=name,
            expected=kind.name,
            actual=actual or Message(N_("that there is none")),
        )
    return fields


def assert_metric(metrics: Mapping[str, str], field: str, metric: str) -> None:
    """Make sure that the index of a field compares by a metric."""
    assert metrics.get(field) == metric, because(
        "wrong_metric",
        "The index of {name} should have the metric {expected}; the server says {actual}.",
        name=field,
        expected=metric,
        actual=metrics.get(field) or Message(N_("that there is no index")),
    )


def assert_loaded(milvus: Milvus, collection: str) -> None:
    """Make sure that a collection can be searched."""
    state = milvus.client.get_load_state(collection, timeout=20)["state"].name
    assert state == "Loaded", because(
        "not_loaded",
        "The collection isn't loaded (the server says {state}), so it can't be searched. It is loaded by itself when "
        "it is created together with its indexes.",
        state=state,
    )
