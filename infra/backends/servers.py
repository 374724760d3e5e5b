"""The servers that graders get: one that they share, or a private one for the length of a with-block."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.backends import records
from infra.backends.choosing import require
from infra.backends.ending import end, homes, sweep
from infra.backends.errors import BackendUnavailable
from infra.backends.locks import exclusive
from infra.backends.rpc import get_version, version_in
from infra.backends.starting import package_version, start
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_ANSWER_SECONDS = 3.0
_EXTERNAL_ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Server:
    """A Milvus that answers.

    Attributes:
        backend: `lite`, `server`, `container` or `external`.
        uri: for instance `http://127.0.0.1:41234`.
        token: `user:password`, or empty where there is none.
        version: what it answered to GetVersion: `v2.3.5-lite` (the full server), `lite 3.2.2`.
        shared: whether other graders use it too.
        home: its directory (log, data); None for external.
        pid: of Milvus itself, or of the process that stands for its container; None for external.
        metrics_uri: what Prometheus reads, `http://127.0.0.1:PORT/metrics`; None for lite and external.
    """

    backend: str
    uri: str
    token: str
    version: str
    shared: bool
    home: Path | None
    pid: int | None
    metrics_uri: str | None


def _silent(_message: Message) -> None:
    """Announce nothing."""


def shared_server(backend: str, announce: Callable[[Message], None] = _silent) -> Server:
    """Return the server of this backend that all graders of this machine's user share, starting it if needed.

    One that doesn't answer any more is ended and replaced. A server stays for 30 minutes after its last use.

    Args:
        backend: `lite`, `server`, `container` or `external`, as `choose` returned it.
        announce: gets a sentence before each long step.

    Raises:
        BackendError: with the sentence and the remedy to print.
    """
    require(backend)
    if backend == "external":
        return _external()
    package = package_version(backend)
    if found := _find(backend, package):
        return found
    waiting = Message(N_("Another process is starting Milvus ({backend}); waiting for it."), {"backend": backend})
    with exclusive(re.sub(r"[^\w.-]", "_", f"start-{backend}-{package}"), on_wait=lambda: announce(waiting)):
        # Asked again: another process may have started it, and a slow server gets a second chance to answer.
        if found := _find(backend, package):
            return found
        for home, record in homes():
            if record and _is_shared(record, backend, package):
                end(home)
        sweep()
        return _server(*start(backend, {}, shared=True, announce=announce))


@contextmanager
def private_server(
    backend: str,
    settings: Mapping[str, str] = {},
    announce: Callable[[Message], None] = _silent,
) -> Iterator[Server]:
    """Run a fresh server of one's own for the length of a with-block.

    Args:
        backend: `lite`, `server`, `container`, or `external`, which yields the same endpoint again: use a new database.
        settings: extra environment, for instance `COMMON_SECURITY_AUTHORIZATIONENABLED`; not for external.
        announce: gets a sentence before each long step.

    Raises:
        BackendError: with the sentence and the remedy to print.
    """
    require(backend)
    if backend == "external":
        yield _external()
        return
    home, record = start(backend, settings, shared=False, announce=announce)
    try:
        yield _server(home, record)
    finally:
        end(home)


def is_alive(server: Server) -> bool:
    """Tell whether the server's process runs and answers within three seconds."""
    if server.home is not None:
        record = records.read(server.home)
        if record is None or record.milvus is None or not record.milvus.is_alive():
            return False
    return get_version(server.uri, server.token, _ANSWER_SECONDS) is not None


def touch(server: Server) -> None:
    """Tell the keeper of a shared server that it is in use: its idle time starts again."""
    if server.home is not None:
        with suppress(OSError):  # whoever has a server goes on when its home is gone; `is_alive` says so
            (server.home / records.USED).touch()


def _find(backend: str, package: str) -> Server | None:
    for home, record in homes():
        if record and record.ready and _is_shared(record, backend, package) and _is_kept(record):
            found = _server(home, record)
            touch(found)  # before it is asked, so that the keeper doesn't find it idle in between
            if is_alive(found):
                return found
    return None


def _is_shared(record: records.Record, backend: str, package: str) -> bool:
    return record.shared and (record.backend, record.package) == (backend, package)


def _is_kept(record: records.Record) -> bool:
    """Tell whether somebody watches the server; without a keeper it would outlive its idle time."""
    return record.keeper is not None and record.keeper.is_alive()


def _server(home: Path, record: records.Record) -> Server:
    return Server(
        backend=record.backend,
        uri=record.uri,
        token=record.token,
        version=record.version,
        shared=record.shared,
        home=home,
        pid=record.milvus.pid if record.milvus else None,
        metrics_uri=record.metrics_uri,
    )


def _external() -> Server:
    uri, token = os.environ["MILVUS_URI"], os.environ.get("MILVUS_TOKEN", "")
    answer = get_version(uri, token, _EXTERNAL_ANSWER_SECONDS)
    if answer is None:
        raise BackendUnavailable(
            Message(N_("No Milvus answers at MILVUS_URI ({uri}), or it refuses MILVUS_TOKEN."), {"uri": uri}),
            Message(N_("Check that it runs, correct MILVUS_URI and MILVUS_TOKEN, or unset MILVUS_URI.")),
        )
    return Server("external", uri, token, version_in(answer), True, home=None, pid=None, metrics_uri=None)
