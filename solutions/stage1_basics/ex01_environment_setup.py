"""1.1 Environment setup: reference solution. The brief stands in exercises/stage1_basics/ex01_environment_setup.py."""

from __future__ import annotations

import time
import uuid
from typing import Any

import grpc
from pymilvus import DataType, MilvusClient, MilvusException

POLL_S = 0.1
PATIENCE_S = 5.0
"""The longest that one call may take: what hangs is asked anew, on a new connection."""


def wait_until_ready(uri: str, deadline_s: float) -> None:
    """Return once Milvus took a write and a read; raise TimeoutError if it doesn't in time."""
    deadline = time.monotonic() + deadline_s
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            _write_and_read(uri, deadline, cleaning_s=deadline_s / 5)
            return
        except (MilvusException, grpc.RpcError) as error:
            last = error
        time.sleep(min(POLL_S, max(deadline - time.monotonic(), 0)))
    raise TimeoutError(f"{uri} took no write and no read in {deadline_s:g} s; at last: {last}") from last


def server_report(uri: str) -> dict[str, Any]:
    """Return what the server is and whether it takes a write and a read now."""
    report: dict[str, Any] = {"version": None, "type": None, "databases": [], "healthy": False, "reasons": []}
    try:
        client = MilvusClient(uri, timeout=PATIENCE_S)
        try:
            report["version"] = client.get_server_version(timeout=PATIENCE_S)
            report["type"] = client.get_server_version(detail=True, timeout=PATIENCE_S)["deploy_mode"].lower()
            report["databases"] = client.list_databases(timeout=PATIENCE_S)
        finally:
            client.close()
        _write_and_read(uri, time.monotonic() + 2 * PATIENCE_S, cleaning_s=PATIENCE_S)
    except (MilvusException, grpc.RpcError) as error:
        return report | {"reasons": [str(error)]}
    return report | {"healthy": True}


def _write_and_read(uri: str, deadline: float, cleaning_s: float) -> None:
    """Write a row into a collection that nobody else knows, read it, and drop the collection whatever happened."""

    def patience() -> float:
        # pymilvus repeats a refused call, each time after a wait three times as long: it can take 3 x its timeout.
        return min(max((deadline - time.monotonic()) / 3, 0.01), PATIENCE_S)

    name = f"ready_{uuid.uuid4().hex}"
    client = MilvusClient(uri, timeout=patience())
    try:
        schema = client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
        index = client.prepare_index_params("vector", index_type="FLAT", metric_type="L2")
        try:
            client.create_collection(name, schema=schema, timeout=patience())
            client.create_index(name, index, sync=False, timeout=patience())
            client.load_collection(name, timeout=patience())
            client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=patience())
            if not client.query(name, ids=[1], consistency_level="Strong", timeout=patience()):
                raise MilvusException(message="a row that was just written can't be read")
        finally:
            client.drop_collection(name, timeout=cleaning_s)
    finally:
        client.close()
