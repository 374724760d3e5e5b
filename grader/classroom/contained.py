"""Grades a class in a container where bubblewrap can't be had: on macOS, or where nobody may install it.

    code = grade_in_container(["autograde", …], reads=[submissions], out=out, group="grader", announce=print)

The same command runs again in a container that has bubblewrap. What it reads and writes is mounted where it lies here,
so its arguments mean the same there. Learner code is kept apart by bubblewrap as everywhere; the container, which has
no network, is around the grader as well.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.curriculum import ROOT
from grader.errors import KitError
from infra.messages import N_, Message

DOCKERFILE = "infra/images/kit.Dockerfile"
INSIDE = "DOJO_CONTAINED"
"""Set in the container, which doesn't look for another one."""
ALLOWED = (
    *("--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"),  # bubblewrap's: mounts, and a network for each submission
    *(part for name in ("seccomp", "apparmor", "systempaths") for part in ("--security-opt", f"{name}=unconfined")),
    *("--security-opt", "label=disable"),  # else SELinux forbids what is mounted
)
"""What Docker forbids otherwise, and bubblewrap needs; learner code has none of it."""
_TOLD = ("DOJO_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "TERM", "COLUMNS", "NO_COLOR", "CI")
_SIZES = {"grader": "1 GB", "models": "3 GB"}


def has_docker() -> bool:
    """Say whether a Docker answers, and containers can stand for this machine."""
    if os.name == "nt" or INSIDE in os.environ or shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def grade_in_container(
    arguments: Sequence[str], reads: Sequence[Path], out: Path | None, group: str, announce: Callable[[Message], None]
) -> int:
    """Run a command of the kit in a container, and return its exit code.

    Args:
        arguments: its command line, such as `["autograde", "submissions", "--stage", "1"]`.
        reads: the files and folders that it reads.
        out: the folder that it writes; None where it writes none.
        group: the dependency group that it needs.
        announce: gets a sentence before each long step.

    Raises:
        KitError: the image can't be built, or the container doesn't run.
    """
    image = _image(group, announce)
    name = container_name(out)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        if _ask("ps", "--quiet", "--filter", f"name=^/{name}$"):
            raise KitError(
                Message(N_("A container grades into {path} just now."), {"path": out}),
                Message(N_("Wait until it has ended, or end it with: docker stop {name}"), {"name": name}),
            )
    announce(Message(N_("The class is graded in a container, since learner code can't be kept apart here otherwise.")))
    code = _run([*command(image, name, reads, out), *arguments])
    if out is not None and os.getuid() != 0:  # what root in the container wrote is to be its owner's
        place = str(out.absolute())
        _ask("run", "--rm", "--network=none", _mount(out), image, "chown", "-R", f"--reference={place}", place)
    if code not in (0, 1, 2):
        raise KitError(
            Message(N_("The container ended with exit code {code}; its words above may say why."), {"code": code}),
            Message(N_("What was graded is kept: the same command goes on with the rest.")),
        )
    return code


def command(image: str, name: str, reads: Sequence[Path], out: Path | None) -> list[str]:
    """Return the command line that runs the kit in a container, without the kit's own arguments."""
    mounts = [_mount(path, readonly=True) for path in (ROOT, *reads)]
    mounts += [] if out is None else [_mount(out)]
    told = {variable: os.environ[variable] for variable in _TOLD if variable in os.environ}
    told |= {INSIDE: "1", "PYTHONPATH": str(ROOT)}
    # git reads a repository of somebody else's only where it is told to.
    told |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    variables = [f"--env={variable}={value}" for variable, value in told.items()]
    terminal = ["--interactive", "--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    head = ["docker", "run", "--rm", f"--name={name}", "--network=none", f"--workdir={Path.cwd()}", *terminal]
    return [*head, *ALLOWED, *mounts, *variables, image, "python", "-m", "grader"]


def container_name(out: Path | None) -> str:
    """Return the name of the container that writes a class: no second one does at the same time."""
    which = f"{os.getpid()}" if out is None else hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:12]
    return f"milvus-dojo-class-{which}"


def _image(group: str, announce: Callable[[Message], None]) -> str:
    """Return the image with a group's packages, which is built if it isn't there."""
    files = [ROOT / DOCKERFILE, ROOT / "pyproject.toml"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files) + group.encode()).hexdigest()[:12]
    image = f"milvus-dojo-tools:{group}-{digest}"
    if not _ask("images", "--quiet", image):
        announce(
            Message(N_("Building the image {image}, once (about {size}) …"), {"image": image, "size": _SIZES[group]})
        )
        build = ["docker", "build", f"--file={DOCKERFILE}", "--target=tools", f"--build-arg=GROUP={group}"]
        build += ["--build-arg=PIP_INDEX_URL"] if "PIP_INDEX_URL" in os.environ else []
        done = subprocess.run([*build, f"--tag={image}", "-"], input=_context(files), check=False)
        if done.returncode:
            raise KitError(
                Message(N_("Docker couldn't build the image; its words above say why.")),
                Message(N_("With the network and the disk in order, the same command goes on where it stopped.")),
            )
    return image


def _context(files: Sequence[Path]) -> bytes:
    """Return some files of the kit as the archive that `docker build` reads."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in files:
            archive.add(path, path.relative_to(ROOT).as_posix())
    return packed.getvalue()


def _mount(path: Path, readonly: bool = False) -> str:
    """Return the option that shows a file or folder of this machine in the container, where it lies here."""
    place = str(path.absolute())
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(
        ["type=bind", f"source={place}", f"target={place}", *(["readonly"] if readonly else [])]
    )
    return f"--mount={row.getvalue()}"


def _run(line: Sequence[str]) -> int:
    """Run a command to its end; it hears Ctrl-C itself."""
    process = subprocess.Popen(line)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _ask(*arguments: str) -> str:
    """Return what Docker says."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False).stdout.strip()
