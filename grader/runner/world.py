"""One sandbox: a network, processes and files of its own, with a zygote in it, for the code of one submission."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from grader.runner import enclosure
from grader.runner.forking import Forker, Launched
from grader.runner.openings import Openings
from grader.runner.orphans import spare
from grader.runner.source import Source
from grader.runner.usage import Usage

READY_LIMIT_S = 20.0
"""Until the first process inside says a word, which takes a tenth of a second."""
ANSWER_LIMIT_S = 10.0
END_LIMIT_S = 5.0
QUIET_LIMIT_S = 2.0
"""How long the zygote may take to end what a child has left behind; learner code may have stopped it."""
QUIET_LOOK_S = 0.002
SOURCE_CAP_BYTES = 4 << 20
UIDS = (0x70000000, 0x7FFFFFFE)
"""User ids that no person, container or service of a Linux has (systemd.io/UIDS-GIDS)."""
SUBMISSION = Path("/submission")


class World:
    """A sandbox that was begun; `place` puts a submission into it, then it has children.

    Attributes:
        openings: its ports.
        guests: how many of its children the grader is concerned with now.
    """

    def __init__(self) -> None:
        self.openings = Openings(self._socket)
        self.guests = 0
        self._asking = threading.Lock()
        self._counting = threading.Lock()
        self._usage: Usage | None = None
        self._first = -1
        self._said = os.memfd_create("said")
        self._control, control = socket.socketpair()
        zygote, theirs = socket.socketpair()
        self._forker = Forker(zygote, str(enclosure.KIT), elsewhere=True)
        # A sandbox ends with the thread that began it, so that nothing is left of it; so that thread has to stay.
        self._starter = ThreadPoolExecutor(1, "sandbox")
        with control, theirs:
            self._bwrap, self._info = self._starter.submit(self._start, control.fileno(), theirs.fileno()).result()

    def _start(self, control: int, zygote: int) -> tuple[subprocess.Popen[bytes], int]:
        uid = other_uid()
        info, info_write = os.pipe()
        with contextlib.ExitStack() as descriptors, contextlib.ExitStack() as on_failure:
            descriptors.callback(os.close, info_write)
            on_failure.callback(os.close, info)
            command, opened = enclosure.command(descriptors, uid)
            first = [sys.executable, "-S", "-m", "grader.runner.inside", str(control), str(zygote), str(uid)]
            bwrap = subprocess.Popen(
                [*command, "--info-fd", str(info_write), "--", *first],
                pass_fds=[*opened, control, zygote, info_write],
                env={"PATH": os.environ.get("PATH", os.defpath)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                start_new_session=True,
            )
            on_failure.pop_all()
        spare(bwrap.pid)
        return bwrap, info

    def wait(self) -> None:
        """Wait until the sandbox is there.

        Raises:
            OSError: it isn't; `said` may tell why.
        """
        if self._usage is not None:
            return
        hello, (proc, *places) = self._hear(READY_LIMIT_S, descriptors=3)
        self._first = os.pidfd_open(json.loads(os.read(self._info, 4096))["child-pid"])
        self._usage = Usage(proc, places, ours=(1, hello["zygote"]))

    def said(self) -> str:
        """Return what bubblewrap, or what begins in the sandbox, had to say."""
        return os.pread(self._said, 4096, 0).decode("utf-8", "replace").strip()

    def place(self, source: Source) -> Source:
        """Put a submission's file and folder into the sandbox, and return the source as it is found there.

        Raises:
            OSError: the sandbox doesn't answer, or what the kit needs for the source can't be read.
        """
        self.wait()
        path = SUBMISSION / source.path.name
        files = {f"{source.path.stem}/{name}": text.encode() for name, text in source.files.items()}
        self.hand({**source.modules, **files, path.name: _content(source.path)})
        held = {str(path): source.held[str(source.path)]} if str(source.path) in source.held else {}
        if source.drives is None:
            return Source(source.label, path, held=held)
        drives = enclosure.KIT / source.drives.name  # it isn't there; its text is handed to each child
        text = source.held.get(str(source.drives)) or source.drives.read_text(encoding="utf-8")
        return Source(source.label, path, drives, held | {str(drives): text})

    def hand(self, files: Mapping[str, bytes | None]) -> None:
        """Put files in place, by their path; where there is None, the file is taken away."""
        told = {path: None if content is None else content.decode("latin-1") for path, content in files.items()}
        self._ask({"write": [*told.items()]})

    def fork(self, models: Sequence[str]) -> Launched:
        """Have one child forked; raises OSError when there is no zygote any more that answers."""
        self.wait()
        return replace(self._forker.fork(models), world=self)

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        return self._forker.exit_code(pid, timeout_s)

    def memory_mb(self, limit_mb: float) -> float:
        """Return the memory that learner code holds in there, in MiB; exact where it is above the limit."""
        return self._usage.memory_mb(limit_mb) if self._usage else 0.0

    def cpu_s(self) -> float:
        """Return the seconds of processor time that were used in there so far."""
        return self._usage.cpu_s() if self._usage else 0.0

    def arrive(self) -> None:
        """Count a child that the grader is concerned with."""
        with self._counting:
            self.guests += 1

    def leave(self) -> None:
        """Count one less. The last one leaves nothing behind that runs; if something does, everything is ended."""
        with self._counting:
            self.guests -= 1
            last = not self.guests
        if last and self._usage is not None:
            deadline = time.monotonic() + QUIET_LIMIT_S
            while self._usage.is_busy():
                if time.monotonic() > deadline:
                    self.end()
                    return
                time.sleep(QUIET_LOOK_S)

    def end(self) -> None:
        """End everything in there at once."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def close(self) -> None:
        """End everything in there, and wait until it is gone."""
        self.end()
        self._bwrap.kill()
        self._bwrap.wait()
        spare(self._bwrap.pid, no_more=True)
        self.openings.close()
        self._forker.close()
        self._control.close()
        self._starter.shutdown()
        if self._usage is not None:
            select.select([self._first], [], [], END_LIMIT_S)
            self._usage.close()
            os.close(self._first)
        self._first = -1
        for descriptor in (self._said, self._info):
            os.close(descriptor)

    def _socket(self, what: Literal["listen", "connect"], port: int) -> socket.socket:
        """Return a socket of the network inside."""
        (descriptor,) = self._ask({what: port}, descriptors=1)
        return socket.socket(fileno=descriptor)

    def _ask(self, request: dict[str, Any], descriptors: int = 0) -> list[int]:
        """Have the first process inside do something, and return the descriptors that it sends."""
        with self._asking:
            self._control.settimeout(ANSWER_LIMIT_S)
            self._control.sendall(json.dumps(request).encode() + b"\n")
            _, received = self._hear(ANSWER_LIMIT_S, descriptors)
        return received

    def _hear(self, seconds: float, descriptors: int) -> tuple[dict[str, int], list[int]]:
        """Take one answer; raises the OSError that it brings."""
        self._control.settimeout(seconds)
        line, received, _, _ = socket.recv_fds(self._control, 4096, descriptors)
        if not line:
            raise ConnectionError("the sandbox is gone")
        answer: dict[str, int] = json.loads(line)
        if answer["errno"]:
            raise OSError(answer["errno"], os.strerror(answer["errno"]))
        return answer, received


def other_uid() -> int:
    """Return a user id that only one sandbox has; 0 where this process can't become anybody else.

    A limit on the number of processes doesn't bind root, and binds all processes of one user together.
    """
    if os.geteuid() != 0:
        return 0
    ranges = [_mapped(kind) for kind in ("uid", "gid")]
    for first, last in (UIDS, (40_000, 60_000)):
        if all(any(low <= first and last <= high for low, high in mapped) for mapped in ranges):
            return first + secrets.randbelow(last - first)
    return 0


def _mapped(kind: str) -> list[tuple[int, int]]:
    """Return the ranges of user or group ids that there are here; in a container they may be few."""
    numbers = re.findall(r"^\s*(\d+)\s+\d+\s+(\d+)", Path(f"/proc/self/{kind}_map").read_text("ascii"), re.MULTILINE)
    return [(int(first), int(first) + int(count) - 1) for first, count in numbers]


def _content(path: Path) -> bytes | None:
    """Return the bytes of a regular file, however it came to be one; of a link, as of a pipe, nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor
        return stream.read(SOURCE_CAP_BYTES) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
