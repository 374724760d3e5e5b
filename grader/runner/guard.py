"""Watches one child from the grader's side: its time, its memory and what it prints."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psutil

from grader.runner.forking import Launched

if TYPE_CHECKING:
    from grader.runner.world import World

TICK_S = 0.05
KEPT_BYTES = 4096
OUTPUT_LIMIT_BYTES = 32 << 20
PROCESSORS = 1.0
"""How many processors a child in a sandbox may keep busy from the beginning of a request to its time limit."""
MEMORY_EVERY_TICKS = 4
LAST_WORDS_S = 0.5
"""How long to wait for the end of the output; only a process that escaped can hold it open for longer."""

Limit = Literal["time_limit", "memory_limit", "cpu_limit", "output_limit"]


@dataclass(frozen=True)
class Limits:
    """What a learner's process may use.

    Attributes:
        call_s: seconds for one request to the child: a call, a map or a drive. In a sandbox, also the seconds of
            processor time that all its processes may use for it together.
        memory_mb: resident memory of the child and its descendants, in MiB. In a sandbox: what all processes and files
            in it hold together.
        models: what is loaded before the child begins, so that it costs no call its time.
    """

    call_s: float = 20.0
    memory_mb: int = 1024
    models: tuple[str, ...] = ()


class Guard:
    """A thread that reads a child's output and ends the child when it goes past a limit."""

    def __init__(self, child: Launched, limits: Limits) -> None:
        self._child = child
        self._limits = limits
        self._process = _process(child.pid)
        self._descendants: set[psutil.Process] = set()
        self._deadline = float("inf")
        self._cpu_limit_s = float("inf")
        self._world = child.world
        self._is_guest = self._world is not None
        if self._world is not None:
            self._world.arrive()
        self._head = bytearray()
        self._tail = bytearray()
        self._printed = 0
        self._closing = threading.Event()
        self.exceeded: Limit | None = None
        self._reader = threading.Thread(target=self._read_output, daemon=True, name=f"output-{child.pid}")
        self._watcher = threading.Thread(target=self._watch, daemon=True, name=f"guard-{child.pid}")
        self._reader.start()
        self._watcher.start()

    def allow(self, seconds: float) -> None:
        """Start the clock of one request."""
        if self._world is not None:
            self._cpu_limit_s = self._world.cpu_s() + seconds * PROCESSORS * self._world.guests
        self._deadline = time.monotonic() + seconds

    def rest(self) -> None:
        """Stop the clock: the request was answered."""
        self._deadline = self._cpu_limit_s = float("inf")

    def sees_child(self) -> bool:
        """Whether the child is there and not just waiting to be collected."""
        try:
            return self._process is not None and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def close(self) -> str:
        """End the child, if it still runs, and return what it printed: its beginning and its end."""
        self._closing.set()
        self._watcher.join()
        self._end()
        if self._world is not None and self._is_guest:
            self._is_guest = False
            self._world.leave()
        self._reader.join(timeout=LAST_WORDS_S)
        with contextlib.suppress(OSError):
            self._child.wake.close()
        return self._text()

    def _watch(self) -> None:
        ticks = 0
        while not self._closing.wait(TICK_S):
            ticks += 1
            if self._printed > OUTPUT_LIMIT_BYTES:
                self._stop("output_limit")
            elif time.monotonic() > self._deadline:
                self._stop("time_limit")
            elif self._world is not None:
                self._watch_world(self._world)
            elif ticks % MEMORY_EVERY_TICKS == 0 and self._memory_mb() > self._limits.memory_mb:
                self._stop("memory_limit")

    def _watch_world(self, world: World) -> None:
        """Look at everything in the sandbox, whichever process it belongs to."""
        if world.memory_mb(self._limits.memory_mb) > self._limits.memory_mb:
            self._stop("memory_limit")
        elif self._cpu_limit_s < float("inf") and world.cpu_s() > self._cpu_limit_s:
            self._stop("cpu_limit")

    def _stop(self, limit: Limit) -> None:
        """End the child, and wake the grader out of a read that may wait for a frame that never ends."""
        self.exceeded = self.exceeded or limit
        self._deadline = self._cpu_limit_s = float("inf")
        self._end()
        if self._world is not None:
            self._world.end()
        with contextlib.suppress(OSError):
            self._child.wake.shutdown(socket.SHUT_RDWR)

    def _read_output(self) -> None:
        """Drain the child's output until nobody holds its other end, and keep the beginning and the end."""
        with open(self._child.output, "rb", buffering=0) as output:  # noqa: PTH123 - a descriptor
            while chunk := output.read(65536):
                self._printed += len(chunk)
                room = KEPT_BYTES - len(self._head)
                self._head += chunk[:room]
                self._tail = (self._tail + chunk[room:])[-KEPT_BYTES:] if len(chunk) > room else self._tail

    def _end(self) -> None:
        """Kill the child, its process group, and what left the group: where there is no zygote, nobody else does.

        In a sandbox there is always one, or there is no process at all.
        """
        self._see_descendants()
        end_process_group(self._child.pid)
        for process in self._descendants:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _see_descendants(self) -> None:
        if self._process is not None and self._world is None:
            with contextlib.suppress(psutil.Error):
                self._descendants.update(self._process.children(recursive=True))

    def _memory_mb(self) -> float:
        self._see_descendants()
        total = 0
        for process in [*self._descendants, *([self._process] if self._process else [])]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total / (1 << 20)

    def _text(self) -> str:
        cut = self._printed - len(self._head) - len(self._tail)
        middle = f"\n… {cut} bytes cut …\n".encode() if cut > 0 else b""
        return bytes(self._head + middle + self._tail).decode("utf-8", "replace")


def end_process_group(pid: int) -> None:
    """Kill a child with everything in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            psutil.Process(pid).kill()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None
