"""What this machine has and lacks, looked at without starting a Milvus: for `nox -s doctor`.

Each look returns a `Finding`: what is there, or what is missing, and the command that mends it on this system.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from infra.backends import BackendUnavailable, state_dir
from infra.backends.daemon import client, has_image, milvus_image
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDED_MB = 1000
"""Of disk: the unpacked server (257 MB, once) and two servers that run (about 270 MB each), with some to spare."""

_PACKAGES = ("pymilvus", "milvus-lite", "milvus", "testcontainers", "pytest", "numpy", "grpcio")
_SECONDS = 3.0

# What installs a program, by the package manager of a system, with the size of the download where it was seen.
_INSTALLERS = {
    "apt-get": {
        "docker": N_("sudo apt-get install docker.io (65 MB)"),
        "bwrap": N_("sudo apt-get install bubblewrap (0.1 MB)"),
    },
    "dnf": {"docker": N_("sudo dnf install moby-engine"), "bwrap": N_("sudo dnf install bubblewrap")},
    "pacman": {"docker": N_("sudo pacman -S docker"), "bwrap": N_("sudo pacman -S bubblewrap")},
    "zypper": {"docker": N_("sudo zypper install docker"), "bwrap": N_("sudo zypper install bubblewrap")},
    "brew": {"docker": N_("brew install --cask docker-desktop, and start it once")},
    "winget": {"docker": N_("winget install Docker.DockerDesktop, and start it once")},
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        text: what is there, or what isn't.
        ok: whether it is in order.
        remedy: what mends it, when it isn't.
        needed: whether grading needs it; what only class mode or a better backend needs is a note.
    """

    text: Message
    ok: bool = True
    remedy: Message | None = None
    needed: bool = False


def findings() -> Iterator[Finding]:
    """Look at everything but the backends, one after the other: a hanging Docker costs two seconds."""
    yield _packages()
    yield _disk()
    yield _loopback()
    yield _docker()
    yield _bubblewrap()


def _packages() -> Finding:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if nox := shutil.which("nox"):
        said = subprocess.run([nox, "--version"], capture_output=True, text=True, timeout=10, check=False)
        found.append(f"nox {(said.stdout or said.stderr).strip()}")
    text = Message(N_("packages: {found}"), {"found": " · ".join(found)})
    needless = {"milvus"} if sys.platform not in ("linux", "darwin") else set()  # there is no wheel for others
    if set(missing) - needless:
        remedy = Message(N_("Missing: {names}. Run: python -m pip install --group grader"))
        return Finding(text, False, Message(remedy.template, {"names": ", ".join(missing)}), needed=True)
    return Finding(text)


def _disk() -> Finding:
    directory = state_dir()
    free = shutil.disk_usage(_existing(directory)).free // 1_000_000
    fields = {"free": free, "directory": str(directory), "needed": NEEDED_MB}
    if free < NEEDED_MB:
        text = Message(N_("disk: {free} MB free for {directory}, and servers need up to {needed} MB"), fields)
        remedy = Message(N_("Free some space, or set DOJO_STATE_DIR to a directory on a larger disk."))
        return Finding(text, False, remedy, needed=True)
    return Finding(Message(N_("disk: {free} MB free for {directory} ({needed} MB are enough)"), fields))


def _existing(directory: Path) -> Path:
    return next(parent for parent in (directory, *directory.parents) if parent.exists())


def _loopback() -> Finding:
    """Open a free port on 127.0.0.1 and connect to it, as every server and every grader does."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS):
                return Finding(
                    Message(N_("ports: 127.0.0.1 takes connections on free ports, such as {port}"), {"port": port})
                )
    except OSError as error:
        text = Message(N_("ports: 127.0.0.1 can't be used: {reason}"), {"reason": error.strerror or str(error)})
        remedy = Message(N_("Allow connections on 127.0.0.1 in the firewall or the sandbox that this runs in."))
        return Finding(text, False, remedy, needed=True)


def _docker() -> Finding:
    image = milvus_image()
    try:
        there = has_image(image)
    except BackendUnavailable as trouble:
        return Finding(trouble.message, False, _install("docker") or trouble.remedy)
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        docker = client(_SECONDS)
        fields: dict[str, object] = {"version": docker.version()["Version"], "image": image}
        if not there:  # the container backend says so, with the command
            return Finding(Message(N_("Docker {version} answers"), fields))
        fields["megabytes"] = docker.images.get(image).attrs["Size"] // 1_000_000
        return Finding(Message(N_("Docker {version} answers, and has the image {image} ({megabytes} MB)"), fields))
    except (DockerException, RequestException) as error:
        text = Message(N_("Docker answers with an error: {reason}"), {"reason": str(error)})
        return Finding(text, False, Message(N_("Run: docker version, which says more.")))


def _bubblewrap() -> Finding:
    """Start a program in a sandbox: the package may be there, and the system not allow it."""
    if sys.platform != "linux":
        text = Message(N_("bubblewrap exists for Linux only; class mode (nox -s autograde) needs it"))
        return Finding(text, False, Message(N_("Grade a class on Linux, or in a Linux virtual machine.")))
    program = shutil.which("bwrap")
    if program is None:
        text = Message(N_("bubblewrap isn't installed; only class mode (nox -s autograde) needs it"))
        return Finding(text, False, _install("bwrap") or Message(N_("Install bubblewrap.")))
    sandbox = [program, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "--", "true"]
    try:
        done = subprocess.run(sandbox, capture_output=True, text=True, timeout=_SECONDS, check=False)
        problem = done.stderr.strip() if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = "it hangs"
    if problem:
        template = N_("bubblewrap is installed and can't start a sandbox: {problem}")
        remedy = N_("Allow user namespaces, for instance: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0")
        return Finding(Message(template, {"problem": problem.splitlines()[-1]}), False, Message(remedy))
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return Finding(Message(N_("bubblewrap {version} starts a sandbox"), {"version": said[-1] if said else ""}))


def _install(program: str) -> Message | None:
    """Return the command that installs a program here, or None: it is installed, or nobody knows."""
    if shutil.which(program):
        return None
    for manager, commands in _INSTALLERS.items():
        if shutil.which(manager) and program in commands:
            command = commands[program].replace("sudo ", "") if _is_root() else commands[program]
            return Message(N_("Run: {command}"), {"command": command})
    return None


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0
