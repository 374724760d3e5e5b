"""Waiting for a Milvus that starts: ready means a write and a read went through, not that a port opens."""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from infra.backends import records
from infra.backends.errors import BackendError, DiskFull, StartFailed, StartTimeout
from infra.backends.rpc import get_version, version_in
from infra.clients import connect
from infra.messages import N_, Message

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from pymilvus import MilvusClient

    from infra.backends.launch import Launch

    # Says what a step of the start still lacks, or None once it is done.
    Lacks = Callable[[float], str | None]

_POLL_SECONDS = 0.02
_LOG_LINES = 8
_LOG_WIDTH = 300
_NO_SPACE = "no space left on device"
_CRASH = ("panic: ", "fatal error: ")

_NO_PROCESS = N_("Milvus ({backend}) had no process after {seconds:.0f} s: {state}. Its log ends:\n{log}")
_NO_PORT = N_("Milvus ({backend}) did not open its port in {seconds:.0f} s: {state}. Its log ends:\n{log}")
_NO_HEALTH = N_("Milvus ({backend}) did not report itself healthy in {seconds:.0f} s: {state}. Its log ends:\n{log}")
_NO_VERSION = N_("Milvus ({backend}) did not say its version in {seconds:.0f} s: {state}. Its log ends:\n{log}")
_NO_ANSWER = N_("Milvus ({backend}) did not take a write and a read in {seconds:.0f} s: {state}. Its log ends:\n{log}")
_ENDED = N_("Milvus ({backend}) ended while it started (exit code {exit_code}). Its log ends:\n{log}")
_ROOM = N_("Free some space, or set DOJO_STATE_DIR to a directory on a larger disk.")
_ROOM_FOR_DOCKER = N_("Free some space on Docker's disk; docker system df shows what takes it.")
_AGAIN = N_("Run the command again, with less at work on this machine; if it fails again: nox -s doctor")


def wait_until_ready(
    home: Path, record: records.Record, launch: Launch, keeper: subprocess.Popen[bytes], seconds: float
) -> str:
    """Wait until a write and a read went through; return the version that the server names.

    Args:
        home: the server's directory.
        record: what was ordered.
        launch: where it will answer.
        keeper: ends when Milvus does.
        seconds: for all steps together.

    Raises:
        StartFailed: Milvus ended.
        DiskFull: it ended because the disk is full.
        StartTimeout: a step wasn't done in time; the sentence says which.
    """
    steps: list[tuple[str, Lacks]] = [
        (_NO_PROCESS, partial(process_lacks, home)),
        (_NO_PORT, partial(port_lacks, launch.uri)),
    ]
    if launch.health_uri:
        steps.append((_NO_HEALTH, partial(health_lacks, launch.health_uri)))
    steps.append((_NO_VERSION, partial(version_lacks, launch.uri, record.token)))
    steps.append((_NO_ANSWER, partial(round_trip_lacks, launch.uri, record.token)))
    deadline = time.monotonic() + seconds
    known: dict[str, object] = {"backend": record.backend, "seconds": seconds}
    for sentence, lacks in steps:
        while state := lacks(max(deadline - time.monotonic(), 0.1)):
            if keeper.poll() is not None:
                raise _ended(home, record.backend)
            if time.monotonic() > deadline:
                fields = known | {"state": state, "log": log_tail(home)}
                raise StartTimeout(Message(sentence, fields), Message(_AGAIN))
            time.sleep(_POLL_SECONDS)
    return version_in(get_version(launch.uri, record.token, seconds=3.0) or b"")


def process_lacks(home: Path, _seconds: float) -> str | None:
    """Look for the process that the keeper starts."""
    record = records.read(home)
    return None if record and record.milvus else "the keeper has not started it"


def port_lacks(uri: str, _seconds: float) -> str | None:
    """Try to open a connection."""
    parts = urlsplit(uri)
    try:
        with socket.create_connection((parts.hostname, parts.port or 19530), timeout=1.0):
            return None
    except OSError as error:
        return str(error)


def health_lacks(uri: str, _seconds: float) -> str | None:
    """Ask the full server whether each of its parts has started."""
    from http.client import HTTPConnection, HTTPException

    parts = urlsplit(uri)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=3.0)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse().read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if answer == "OK" else answer or "an empty answer"


def version_lacks(uri: str, token: str, _seconds: float) -> str | None:
    """Ask for the version: on a port that a stranger took, pymilvus would wait for much longer."""
    return None if get_version(uri, token, seconds=1.0) else "no answer to GetVersion"


def round_trip_lacks(uri: str, token: str, seconds: float) -> str | None:
    """Write one row into a new collection, read it back, and drop the collection."""
    import grpc
    from pymilvus import MilvusException

    try:
        client = connect(uri, token, seconds=seconds)
        try:
            return _round_trip(client, f"dojo_ready_{uuid4().hex}", seconds)
        finally:
            client.close()
    except (MilvusException, grpc.RpcError) as error:
        return str(error)


def _round_trip(client: MilvusClient, collection: str, seconds: float) -> str | None:
    from pymilvus import DataType

    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    client.create_collection(collection, schema=schema, timeout=seconds)
    try:
        index = client.prepare_index_params("vector", index_type="FLAT", metric_type="L2")
        client.create_index(collection, index, sync=False, timeout=seconds)  # waiting would cost 0.5 s
        client.insert(collection, [{"id": 7, "vector": [0.0, 1.0]}], timeout=seconds)
        client.load_collection(collection, timeout=seconds)
        rows = client.query(collection, ids=[7], output_fields=["id"], consistency_level="Strong", timeout=seconds)
    finally:
        client.drop_collection(collection, timeout=seconds)
    return None if [row["id"] for row in rows] == [7] else f"row 7 was written, but {rows} was read"


def log_tail(home: Path) -> str:
    """Return the last lines that Milvus, or its keeper, wrote; after a crash those up to its reason."""
    try:
        lines = (home / records.LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    # Go names the reason first and then shows a thousand lines of goroutines.
    crash = next((number for number, line in enumerate(lines, 1) if line.startswith(_CRASH)), len(lines))
    return "\n".join(line[:_LOG_WIDTH] for line in lines[:crash][-_LOG_LINES:])


def _ended(home: Path, backend: str) -> BackendError:
    fields = {"backend": backend, "exit_code": _exit_code(home), "log": log_tail(home)}
    if _NO_SPACE in fields["log"].lower():
        return DiskFull(Message(_ENDED, fields), Message(_ROOM_FOR_DOCKER if backend == "container" else _ROOM))
    return StartFailed(Message(_ENDED, fields), Message(_AGAIN))


def _exit_code(home: Path) -> str:
    record = records.read(home)
    return "unknown" if record is None or record.exit_code is None else str(record.exit_code)
