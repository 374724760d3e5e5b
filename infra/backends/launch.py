"""What to run for a backend: program, environment and addresses, with the ports chosen."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Launch:
    """A start order.

    Attributes:
        command: the program and its arguments.
        environment: its whole environment.
        uri: where it will answer.
        metrics_uri: where Prometheus will read it, or None.
        health_uri: what says "OK" once every part has started, or None.
    """

    command: list[str]
    environment: dict[str, str]
    uri: str
    metrics_uri: str | None = None
    health_uri: str | None = None


def lite(home: Path, settings: Mapping[str, str]) -> Launch:
    """Return how to start milvus-lite on a free port, with its data below `home`."""
    (port,) = free_ports(1)
    home.mkdir(parents=True)
    command = [sys.executable, "-m", "milvus_lite", "server"]
    command += ["--data-dir", str(home / "data"), "--host", HOST, "--port", str(port)]
    return Launch(command, clean_environment(settings), f"http://{HOST}:{port}")


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return a small environment with `settings` on top.

    Milvus reads any variable that looks like one of its configuration keys, so nothing of the caller's passes
    but what a program needs to run.
    """
    needed = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "USERPROFILE", "TEMP")
    return {name: os.environ[name] for name in needed if name in os.environ} | dict(settings)


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago; another process may take one before it is used."""
    with ExitStack() as bound:
        sockets = [bound.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            # Milvus listens on every interface, so the port has to be free on each of them.
            each.bind(("", 0))
        return [each.getsockname()[1] for each in sockets]
