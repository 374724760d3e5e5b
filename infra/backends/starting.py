"""Starting one server: a home, a start order, a keeper, and the proof that it is ready."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from infra.backends import records
from infra.backends.container import container
from infra.backends.daemon import milvus_image
from infra.backends.ending import end, servers_dir
from infra.backends.errors import StartFailed, StartTimeout
from infra.backends.launch import lite
from infra.backends.processes import Process
from infra.backends.readiness import wait_until_ready
from infra.backends.standalone import server
from infra.backends.state import writing
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.backends.launch import Launch

# Boots take 3 to 9 s on two busy cores.
START_SECONDS = 60.0
IDLE_SECONDS = 30 * 60.0

_REPOSITORY = Path(__file__).parents[2]
_PACKAGES = {"lite": "milvus-lite", "server": "milvus"}
# Kept for the life of this process: dropping one would warn of a child that still runs, as it is meant to.
_keepers: list[subprocess.Popen[bytes]] = []


def start(
    backend: str, settings: Mapping[str, str], shared: bool, announce: Callable[[Message], None]
) -> tuple[Path, records.Record]:
    """Start a server and wait until it is ready.

    Args:
        backend: `lite`, `server` or `container`.
        settings: extra environment.
        shared: whether other graders may use it.
        announce: gets a sentence before each long step.

    Returns:
        The server's home and its record.

    Raises:
        BackendError: it couldn't be started; nothing of it is left.
    """
    try:
        return _start_once(backend, settings, shared, announce, fast=True)
    except (StartFailed, StartTimeout):
        # A port that was free may have been taken meanwhile: some parts of Milvus end then, others move elsewhere.
        # And an image that nobody tried may not like the fast settings.
        announce(Message(N_("Milvus ({backend}) did not start; trying once more."), {"backend": backend}))
        return _start_once(backend, settings, shared, announce, fast=False)


def order(backend: str, launch: Launch, settings: Mapping[str, str], shared: bool) -> records.Record:
    """Return the record of a server that isn't started yet."""
    with_users = settings.get("COMMON_SECURITY_AUTHORIZATIONENABLED", "").lower() == "true"
    return records.Record(
        backend=backend,
        package=package_version(backend),
        shared=shared,
        uri=launch.uri,
        token="root:Milvus" if with_users else "",
        metrics_uri=launch.metrics_uri,
        command=launch.command,
        environment=launch.environment,
        idle_seconds=IDLE_SECONDS,
        owner=Process.this(),
    )


def run(home: Path, launch: Launch, ordered: records.Record) -> records.Record:
    """Start the keeper of an ordered server, wait until the server is ready, and note that.

    Raises:
        StartFailed: Milvus ended.
        StartTimeout: it wasn't ready within START_SECONDS, or twice that in a container.
    """
    with writing(home):
        records.write(home, ordered)
        (home / records.USED).touch()
        keeper = _start_keeper(home)
    # A container unpacks nothing, but a current Milvus with all its parts takes longer than 2.3.5 does.
    seconds = START_SECONDS * (2 if ordered.backend == "container" else 1)
    answered = wait_until_ready(home, ordered, launch, keeper, seconds)
    if (started := records.read(home)) is None:  # somebody ran `nox -s down` meanwhile
        fields = {"backend": ordered.backend}
        again = Message(N_("Run the command again."))
        raise StartFailed(Message(N_("Milvus ({backend}) was stopped while it started."), fields), again)
    ready = replace(started, ready=True, version=answered)
    with writing(home):
        records.write(home, ready)
    return ready


def package_version(backend: str) -> str:
    """Return the installed version, or the image, that the backend runs from: shared servers are kept apart by it."""
    return milvus_image() if backend == "container" else version(_PACKAGES[backend])


def _start_once(
    backend: str, settings: Mapping[str, str], shared: bool, announce: Callable[[Message], None], fast: bool
) -> tuple[Path, records.Record]:
    home = servers_dir() / uuid4().hex
    try:
        with writing(home.parent):
            launch = _launch(backend, home, settings, announce, fast)
        announce(Message(N_("Starting Milvus ({backend})."), {"backend": backend}))
        return home, run(home, launch, order(backend, launch, settings, shared))
    except BaseException:  # Ctrl-C too
        end(home)
        raise


def _launch(
    backend: str, home: Path, settings: Mapping[str, str], announce: Callable[[Message], None], fast: bool
) -> Launch:
    match backend:
        case "lite":
            return lite(home, settings)
        case "container":
            return container(home, settings, fast)
        case _:
            return server(home, settings, announce)


def _start_keeper(home: Path) -> subprocess.Popen[bytes]:
    """Start the keeper in a session of its own: neither Ctrl-C nor a closed terminal reaches it."""
    with (home / records.LOG).open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "infra.backends.keeper", str(home)],
            cwd=_REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # the same for Windows
        )
    _keepers.append(keeper)
    return keeper
