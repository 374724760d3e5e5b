"""The grader's end of a zygote: asks it for children, and hears how they ended.

What it hears is not believed further than it must be: learner code may have killed or stopped the zygote, and in a
sandbox both are the same user's. A child that comes out of a sandbox has another pid there; a descriptor of it,
which the kernel reads for us, says which process it is here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.runner.source import Source
    from grader.runner.world import World

START_LIMIT_S = 60.0
"""A cold import of pymilvus on a busy machine took 8 s; this is for machines that are slower still."""
FORK_LIMIT_S = 10.0
"""A warm zygote answers in 20 ms, unless learner code has stopped it."""
LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Launched:
    """A running child: its pid, the grader's end of the channel, and the read end of its output.

    `wake` closes the channel from another thread: a read that waits in it ends with EOFError. A child in a sandbox has
    the `world` that it lives in, and finds the `source` in another place.
    """

    pid: int
    channel: Connection
    output: int
    wake: socket.socket
    world: World | None = None
    source: Source | None = None


class Forker:
    """Has children forked by the zygote at the other end of a control socket.

    Args:
        control: the socket.
        cwd: where children begin.
        elsewhere: whether the zygote lives among other pids than the grader.
    """

    def __init__(self, control: socket.socket, cwd: str, elsewhere: bool = False) -> None:
        self._control = control
        self._cwd = cwd
        self._elsewhere = elsewhere
        self._ended: dict[int, int] = {}
        self._theirs: dict[int, int] = {}
        self._descriptors: list[int] = []
        self._requests = itertools.count()
        self._lock = threading.Lock()
        self._unread = b""
        self._limit_s = START_LIMIT_S
        self._loaded: set[str] = set()

    def fork(self, models: Sequence[str]) -> Launched:
        """Have one child forked, with some models of `fixtures.models` loaded.

        Raises:
            OSError: the zygote is gone, doesn't answer, or can't fork.
        """
        with self._lock, contextlib.ExitStack() as on_failure:
            ours, theirs = socket.socketpair()
            on_failure.callback(ours.close)
            output, output_write = os.pipe()
            on_failure.callback(os.close, output)
            with theirs:
                try:
                    pid = self._ask(models, theirs.fileno(), output_write)
                finally:
                    os.close(output_write)
            self._limit_s = FORK_LIMIT_S
            self._loaded.update(models)
            wake = ours.dup()
            on_failure.pop_all()
            return Launched(pid, Connection(ours.detach()), output, wake)

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        theirs = self._theirs.get(pid, pid)
        with self._lock:
            self._control.settimeout(timeout_s)
            try:
                while theirs not in self._ended:
                    self._read_line()
            except OSError:
                return None
            return self._ended[theirs]

    def close(self) -> None:
        """Hang up."""
        self._control.close()
        while self._descriptors:
            os.close(self._descriptors.pop())

    def _ask(self, models: Sequence[str], channel: int, output: int) -> int:
        number = next(self._requests)
        request = {"cwd": self._cwd, "request": number, "models": list(models), "show": self._elsewhere}
        self._control.settimeout(self._limit_s if self._loaded.issuperset(models) else START_LIMIT_S)
        socket.send_fds(self._control, [json.dumps(request).encode()], [channel, output])
        return self._answer_to(number)

    def _answer_to(self, number: int) -> int:
        """Return the pid that a request brought; a request that was given up has an answer too, which nobody wants."""
        while True:
            message = self._read_line()
            if message.get("request") == number:
                if "refused" in message:
                    raise OSError(message["refused"], os.strerror(message["refused"]))
                return message["forked"]

    def _here(self, theirs: int) -> int:
        """Return the pid, among the grader's, of a child that was just forked."""
        pid = theirs
        if self._elsewhere:
            pid = _shown(self._descriptors.pop(0)) if self._descriptors else 0
            if pid <= 0:
                raise ConnectionError("it doesn't show its child")
            self._theirs[pid] = theirs
        self._ended.pop(theirs, None)  # of another process, which had the same pid before
        return pid

    def _read_line(self) -> dict[str, int]:
        while b"\n" not in self._unread:
            heard, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_LINE, 8)
            self._descriptors += descriptors
            if not heard or len(self._unread) > LONGEST_LINE:
                raise ConnectionError("it closed the connection")
            self._unread += heard
        line, self._unread = self._unread.split(b"\n", 1)
        try:
            message = {str(key): int(value) for key, value in json.loads(line).items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ConnectionError("it doesn't speak the language") from None
        if "ended" in message:
            self._ended[message["ended"]] = message.get("status", 0)
        if "forked" in message:
            message["forked"] = self._here(message["forked"])
        return message


def _shown(descriptor: int) -> int:
    """Return the pid behind a descriptor of a process, and close it; 0 or less where it is none, or of none here."""
    try:
        told = Path(f"/proc/self/fdinfo/{descriptor}").read_text(encoding="ascii")
    finally:
        os.close(descriptor)
    found = re.search(r"^Pid:\s*(-?\d+)$", told, re.MULTILINE)
    return int(found[1]) if found else 0
