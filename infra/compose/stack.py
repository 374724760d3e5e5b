"""Starts and stops the stack of compose.yaml. Its data stays in named volumes until somebody removes those.

The project's name and its passwords are made once and kept in the state directory: two users of one Docker don't
meet, and Milvus' well-known password `root:Milvus` is replaced before the stack is handed over.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.backends import BackendUnavailable, StartFailed, StartTimeout, daemon, state_dir
from infra.backends.launch import HOST, free_ports
from infra.backends.readiness import round_trip_lacks, version_lacks
from infra.backends.rpc import get_version, version_in
from infra.backends.state import writing
from infra.clients import connect
from infra.compose.program import compose_program
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

READY_SECONDS = 180.0

_FOLDER = Path(__file__).parent
_POLL_SECONDS = 0.5
_DEFAULT_TOKEN = "root:Milvus"


@dataclass(frozen=True)
class Secrets:
    """What a stack is called and its passwords.

    Attributes:
        project: Compose's name for it; volumes and networks carry it too.
        minio: password of MinIO.
        root: password of Milvus' user root.
    """

    project: str
    minio: str
    root: str


@dataclass(frozen=True)
class Stack:
    """A stack that took a write and a read.

    Attributes:
        uri: for MILVUS_URI.
        token: for MILVUS_TOKEN.
        version: what Milvus calls itself.
        project: Compose's name for it.
    """

    uri: str
    token: str
    version: str
    project: str


def up(single: bool, announce: Callable[[Message], None]) -> Stack:
    """Start the stack, or find it running, and wait until a write and a read went through.

    Args:
        single: one container with everything inside instead of three.
        announce: gets a sentence before each long step. Compose itself writes to the terminal, too.

    Raises:
        BackendError: Docker, Compose or the stack doesn't work; the sentence says which.
    """
    daemon.has_image(daemon.milvus_image())  # says at once where there is no Docker
    program = _program()
    known = _secrets()
    file = _FOLDER / ("single.yaml" if single else "compose.yaml")
    port, metrics = _ports(program, known, file)
    announce(Message(N_("Starting the stack {project} with Docker Compose."), {"project": known.project}))
    ports = {"DOJO_UP_PORT": str(port), "DOJO_UP_METRICS_PORT": str(metrics)}
    command = ["up", "--detach", "--remove-orphans"]
    if _compose(program, known, file, command, ports).returncode:
        raise BackendUnavailable(
            Message(N_("Docker Compose couldn't start the stack; its words above say why.")),
            Message(N_("Where only Milvus' own image can be had: nox -s up -- --single")),
        )
    uri = f"http://{HOST}:{port}"
    announce(Message(N_("Waiting for a write and a read at {uri}."), {"uri": uri}))
    version = _ready(uri, known)
    return Stack(uri, f"root:{known.root}", version, known.project)


def down() -> bool:
    """Stop the stack and keep its data; return whether one was running.

    Raises:
        BackendUnavailable: Docker runs, but Compose couldn't stop the stack.
    """
    if not _secrets_file().is_file():  # it was never started from here
        return False
    program, known, file = _program(), _secrets(), _FOLDER / "compose.yaml"
    if not _compose(program, known, file, ["ps", "--quiet", "--all"], quiet=True).stdout.strip():
        return False
    if _compose(program, known, file, ["down", "--remove-orphans"]).returncode:
        raise BackendUnavailable(
            Message(N_("Docker Compose couldn't stop the stack {project}."), {"project": known.project}),
            Message(N_("Run: docker ps, which shows what runs.")),
        )
    return True


def _program() -> tuple[str, ...]:
    if found := compose_program():
        return found
    raise BackendUnavailable(
        Message(N_("Docker Compose isn't installed.")),
        Message(N_("Install Docker's plugin: https://docs.docker.com/compose/install")),
    )


def _compose(
    program: tuple[str, ...],
    known: Secrets,
    file: Path,
    command: list[str],
    variables: Mapping[str, str] = {},
    quiet: bool = False,
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DOJO_MINIO_PASSWORD": known.minio, **variables}
    output = subprocess.PIPE if quiet else None
    return subprocess.run(
        [*program, "--project-name", known.project, "--file", str(file), *command],
        env=environment,
        stdout=output,
        stderr=output,
        text=True,
        check=False,
    )


def _ports(program: tuple[str, ...], known: Secrets, file: Path) -> tuple[int, int]:
    """Return the ports of a stack that runs, else the usual ones where they are free, else any."""
    ports = []
    for inside, free in zip((19530, 9091), free_ports(2), strict=True):
        asked = _compose(program, known, file, ["port", "standalone", str(inside)], quiet=True)
        running = asked.stdout.strip().rpartition(":")[2]
        usual = inside if _is_free(inside) else free
        ports.append(int(running) if asked.returncode == 0 and running.isdigit() else usual)
    return ports[0], ports[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # a port whose last connection has just ended is free; on Windows it means another thing
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _ready(uri: str, known: Secrets) -> str:
    deadline = time.monotonic() + READY_SECONDS
    token = f"root:{known.root}"
    while lacks := _lacks(uri, token):
        _still_runs(known)
        if time.monotonic() > deadline:
            fields = {"seconds": READY_SECONDS, "state": lacks, "project": known.project}
            raise StartTimeout(
                Message(N_("The stack did not take a write and a read in {seconds:.0f} s: {state}."), fields),
                Message(N_("Its logs: docker logs {project}-standalone-1"), fields),
            )
        time.sleep(_POLL_SECONDS)
    return version_in(get_version(uri, token, seconds=3.0) or b"")


def _still_runs(known: Secrets) -> None:
    """Raise StartFailed where a container of the stack has ended, since nobody needs to wait for it."""
    from docker.errors import DockerException

    filters = {"label": f"com.docker.compose.project={known.project}", "status": "exited"}
    try:
        ended = daemon.client().containers.list(all=True, filters=filters)
    except DockerException:  # it can't be asked just now; the stack itself may answer
        return
    if ended:
        fields = {"container": ended[0].name, "exit_code": ended[0].attrs["State"]["ExitCode"]}
        raise StartFailed(
            Message(N_("The container {container} ended while the stack started (exit code {exit_code})."), fields),
            Message(N_("Its logs: docker logs {container}. The same command starts it again."), fields),
        )


def _lacks(uri: str, token: str) -> str | None:
    if version_lacks(uri, _DEFAULT_TOKEN, 3.0) is None:
        _change_password(uri, token.partition(":")[2])
    return version_lacks(uri, token, 3.0) or round_trip_lacks(uri, token, 30.0)


def _change_password(uri: str, password: str) -> None:
    """Replace the well-known password; while Milvus still starts it says no, and is asked again."""
    from pymilvus import MilvusException

    with contextlib.suppress(MilvusException):
        client = connect(uri, _DEFAULT_TOKEN, seconds=5)
        client.update_password("root", _DEFAULT_TOKEN.partition(":")[2], password, timeout=5)
        client.close()


def _secrets() -> Secrets:
    """Return the stack's name and passwords, made at the first call and readable by this user only."""
    file = _secrets_file()
    try:
        return Secrets(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        made = Secrets(f"milvus-dojo-{secrets.token_hex(4)}", secrets.token_urlsafe(18), secrets.token_urlsafe(18))
    with writing(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
            json.dump(asdict(made), new)
    return made


def _secrets_file() -> Path:
    return state_dir() / "compose" / "stack.json"
