"""Docker on this machine: whether it answers and has an image.

Its SDK takes 0.3 s to import. So where Docker listens on a local socket it is asked over that socket, and only a
context, TCP or a named pipe is left to the SDK and to testcontainers, which know them all.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from infra.backends.errors import BackendUnavailable
from infra.messages import N_, Message

if TYPE_CHECKING:
    import docker

DEFAULT_IMAGE = "milvusdb/milvus:v3.0.1"
ANSWER_SECONDS = 2.0

_DEFAULT_SOCKET = "/var/run/docker.sock"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def milvus_image() -> str:
    """Return the image of the `container` backend; `MILVUS_IMAGE` overrides it."""
    return os.environ.get("MILVUS_IMAGE") or DEFAULT_IMAGE


def trouble_with(image: str) -> BackendUnavailable | None:
    """Return what keeps Docker from running an image now, or None: it answers, and the image is there."""
    try:
        return None if has_image(image) else _no_image(image)
    except BackendUnavailable as trouble:
        return trouble


class NoDocker(BackendUnavailable):
    """Docker isn't installed or its daemon doesn't run, so no container runs either."""


def has_image(image: str) -> bool:
    """Tell whether an image is on this machine.

    Raises:
        NoDocker: it isn't there.
        BackendUnavailable: it doesn't answer within two seconds, or may not be asked.
    """
    host = _host()
    if host is None:
        raise _no_daemon()
    parts = urlsplit(host)
    if parts.scheme not in ("unix", "npipe") and parts.hostname not in _LOOPBACK:
        raise _elsewhere(host)
    if parts.scheme == "unix":
        return _ask(parts.path, f"/images/{quote(image, safe='/:@')}/json") is not None
    return _asked_by_sdk(image)


def client(seconds: float = 10.0) -> docker.DockerClient:
    """Return the SDK's client for the Docker that testcontainers would use.

    Args:
        seconds: how long it waits for each answer.
    """
    import docker

    host = _host()
    return docker.from_env(timeout=seconds, environment=os.environ | ({"DOCKER_HOST": host} if host else {}))


def _host() -> str | None:
    """Return where Docker listens; None where nothing is at the usual place and nothing points elsewhere."""
    if host := os.environ.get("DOCKER_HOST"):
        return host
    if _is_configured() and importlib.util.find_spec("testcontainers"):
        from testcontainers.core.docker_client import get_docker_host

        if host := get_docker_host():
            return host
    if sys.platform == "win32":
        return "npipe:////./pipe/docker_engine" if shutil.which("docker") else None
    return f"unix://{_DEFAULT_SOCKET}" if os.path.lexists(_DEFAULT_SOCKET) else None


def _is_configured() -> bool:
    """Tell whether a Docker context or testcontainers' own settings may name another place."""
    if os.environ.get("DOCKER_CONTEXT") or Path("~/.testcontainers.properties").expanduser().exists():
        return True
    config = Path(os.environ.get("DOCKER_CONFIG") or "~/.docker").expanduser() / "config.json"
    try:
        return '"currentContext"' in config.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _ask(path: str, question: str) -> bytes | None:
    """Ask over a local socket; return the answer, or None where Docker says 404.

    Raises:
        BackendUnavailable: there is no answer, or it is an error.
    """
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("localhost", timeout=ANSWER_SECONDS)
    try:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(ANSWER_SECONDS)
        connection.sock.connect(path)
        connection.request("GET", question)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise _trouble_of(error, path) from error
    finally:
        connection.close()
    if answer.status not in (200, 404):
        raise _confused(f"{answer.status} {answer.reason}")
    return body if answer.status == 200 else None


def _asked_by_sdk(image: str) -> bool:
    if importlib.util.find_spec("docker") is None:
        raise _no_package()
    from docker.errors import DockerException, ImageNotFound
    from requests.exceptions import RequestException

    try:
        client(ANSWER_SECONDS).images.get(image)
    except ImageNotFound:
        return False
    except (DockerException, RequestException) as error:
        raise _trouble_in(str(error)) from error
    return True


def _trouble_in(words: str) -> BackendUnavailable:
    """Return what an error of the SDK means; it wraps those of three libraries in one class."""
    if "timed out" in words:
        return _hangs()
    return _no_daemon() if "fetching server API" in words else _confused(words)


def _trouble_of(error: Exception, path: str) -> BackendUnavailable:
    match error:
        case PermissionError():
            return BackendUnavailable(
                Message(N_("Docker is there, but you may not use its socket {path}."), {"path": path}),
                Message(N_("Run: sudo usermod -aG docker $USER, then log out and in again.")),
            )
        case TimeoutError():
            return _hangs()
        case FileNotFoundError() | ConnectionRefusedError():
            return _no_daemon()
        case _:
            return _confused(str(error) or type(error).__name__)


def _no_daemon() -> NoDocker:
    if shutil.which("docker") is None:
        return NoDocker(
            Message(N_("Docker isn't installed.")),
            Message(N_("Install Docker (https://docs.docker.com/get-docker), start it, then run: nox -s pull")),
        )
    start = N_("Start Docker Desktop.") if sys.platform != "linux" else N_("Run: sudo systemctl start docker")
    return NoDocker(Message(N_("Docker is installed, but its daemon isn't running.")), Message(start))


def _hangs() -> BackendUnavailable:
    reason = Message(N_("Docker doesn't answer within {seconds:g} s."), {"seconds": ANSWER_SECONDS})
    restart = N_("Restart Docker Desktop.") if sys.platform != "linux" else N_("Run: sudo systemctl restart docker")
    return BackendUnavailable(reason, Message(restart))


def _elsewhere(host: str) -> BackendUnavailable:
    template = N_("Docker runs on another machine ({host}), and the kit's servers are bound to 127.0.0.1 only.")
    remedy = N_("Start Milvus there and set MILVUS_URI, or unset DOCKER_HOST.")
    return BackendUnavailable(Message(template, {"host": host}), Message(remedy))


def _no_image(image: str) -> BackendUnavailable:
    if image == DEFAULT_IMAGE:
        template = N_("The image {image} isn't here; with it, exercises are graded on a Milvus like production's.")
    else:
        template = N_("The image {image}, which MILVUS_IMAGE names, isn't here.")
    return BackendUnavailable(Message(template, {"image": image}), Message(N_("Run: nox -s pull (roughly 1 GB)")))


def _no_package() -> BackendUnavailable:
    reason = Message(N_("The package testcontainers isn't installed."))
    return BackendUnavailable(reason, Message(N_("Run: python -m pip install --group grader")))


def _confused(reason: str) -> BackendUnavailable:
    template = N_("Docker's answer makes no sense: {reason}")
    return BackendUnavailable(
        Message(template, {"reason": reason}), Message(N_("Run: docker version, which says more."))
    )
