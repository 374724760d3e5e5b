"""`server.json`: what is known of one server, in the directory that is its home.

The process that starts a server writes the file, its keeper adds the process ids, and the starter adds that a
write and a read went through. They write one after the other, and each replaces the file as a whole.
A file that can't be read is no record: whoever meets it treats the server as lost, and nobody crashes.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from infra.backends.processes import Process

if TYPE_CHECKING:
    from pathlib import Path

FILE = "server.json"
USED = "used"
LOG = "milvus.log"


@dataclass(frozen=True)
class Record:
    """One server, from its start order to its end.

    Attributes:
        backend: `lite`, `server` or `container`.
        package: version of the package, or the image, that it runs from; servers of another aren't shared.
        shared: whether every grader of this machine may use it.
        uri: where it answers.
        token: `user:password`, or empty.
        metrics_uri: where Prometheus reads it, or None.
        command: the program and its arguments.
        environment: its whole environment.
        idle_seconds: how long a shared server may stay unused.
        owner: the process that asked for it; a private server ends with it.
        keeper: the process that watches it, once it runs.
        milvus: Milvus itself, or the attendant of its container, once it runs.
        ready: whether a write and a read went through.
        version: what it answered to GetVersion, once ready.
        exit_code: how Milvus ended by itself, or None.
    """

    backend: str
    package: str
    shared: bool
    uri: str
    token: str
    metrics_uri: str | None
    command: list[str]
    environment: dict[str, str]
    idle_seconds: float
    owner: Process
    keeper: Process | None = None
    milvus: Process | None = None
    ready: bool = False
    version: str = ""
    exit_code: int | None = None


def write(home: Path, record: Record) -> None:
    """Replace the record of the server that lives in `home`.

    Raises:
        OSError: the disk is full, or the directory is gone.
    """
    # Named after the writer: keeper and starter never write into one temporary file.
    partial = home / f"{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    partial.replace(home / FILE)


def read(home: Path) -> Record | None:
    """Return the record of the server that lives in `home`, or None when there is none that makes sense."""
    try:
        stored: dict[str, Any] = json.loads((home / FILE).read_text(encoding="utf-8"))
        owner, keeper, milvus = (stored.pop(role) for role in ("owner", "keeper", "milvus"))
        return Record(
            **stored,
            owner=_process(owner),
            keeper=_process(keeper) if keeper else None,
            milvus=_process(milvus) if milvus else None,
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _process(stored: dict[str, Any]) -> Process:
    return Process(int(stored["pid"]), float(stored["started"]))
