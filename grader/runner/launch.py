"""Starts a process for learner code: forked from a warm zygote where there is fork, else a fresh interpreter."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from fixtures.models import CHOSEN_MODELS
from grader.runner.orphans import end_orphans, guard_this_process

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60.0
"""A cold import of pymilvus on a busy machine took 8 s; this is for machines that are slower still."""
FORK_LIMIT_S = 10.0
"""A warm zygote answers in 20 ms, unless learner code has stopped it."""


class LaunchError(Exception):
    """The grader couldn't start a process for learner code: its own trouble, never the learner's."""


@dataclass(frozen=True)
class Launched:
    """A running child: its pid, the grader's end of the channel, and the read end of its output.

    `wake` closes the channel from another thread: a read that waits in it ends with EOFError.
    """

    pid: int
    channel: Connection
    output: int
    wake: socket.socket


class Launcher(Protocol):
    """Starts children and knows how they ended."""

    def launch(self, models: Sequence[str] = ()) -> Launched:
        """Start one child, ready to take a `load` request, with some models of `fixtures.models` loaded."""

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code (negative: the signal), or None when it hasn't ended in that time."""

    def close(self) -> None:
        """End every child that is left."""


def clean_environment() -> dict[str, str]:
    """Return what a learner's process may see of the environment: no tokens, no settings of the grader."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "OPENBLAS_CORETYPE", *CHOSEN_MODELS)
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GRPC_VERBOSITY": "NONE",  # what gRPC logs of its connections would be shown as printed by the learner's code
    }


_warm: list[Launcher] = []


def warm_up(count: int = 1) -> None:
    """Start launchers ahead of their use: their imports then run beside the grader's own."""
    while len(_warm) < count:
        _warm.append(_fastest())


def start_launcher() -> Launcher:
    """Return a launcher of this platform's fastest kind, the warm one if there is one."""
    return _warm.pop() if _warm else _fastest()


def release() -> None:
    """Let go of the launcher that a fork takes: it is the fork's now, which hangs up when it has ended."""
    if _warm:
        launcher = _warm.pop()
        if isinstance(launcher, ZygoteLauncher):
            launcher.release()
            end_orphans()


def can_fork() -> bool:
    """Say whether processes are forked here; `DOJO_NO_FORK` turns that off where the platform has it."""
    return hasattr(os, "fork") and not os.environ.get("DOJO_NO_FORK")


def _fastest() -> Launcher:
    return ZygoteLauncher() if can_fork() else SpawnLauncher()


class ZygoteLauncher:
    """Forks children from a warm interpreter: about 20 ms each."""

    def __init__(self) -> None:
        self._ended: dict[int, int] = {}
        self._requests = itertools.count()
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._unread = b""
        self._limit_s = START_LIMIT_S
        self._loaded: set[str] = set()
        guard_this_process()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "grader.runner.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def launch(self, models: Sequence[str] = ()) -> Launched:
        """Fork one child; a zygote that learner code has killed or stopped is replaced first.

        Raises:
            LaunchError: the zygote doesn't come up or doesn't answer.
        """
        with self._lock:
            # Whether the zygote lives is asked of its socket, not of its pid: it may be another process's child.
            try:
                return self._fork(models)
            except OSError:
                self._replace()
            try:
                return self._fork(models)
            except OSError as error:
                raise LaunchError(f"the process that starts learner code doesn't: {error}") from None

    def _replace(self) -> None:
        """Start a new zygote; the children of the old one end with it, or when nobody holds their channel."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # not through Popen, which knows only this process's children
        self._process.wait()
        self._control.close()
        end_orphans()
        self._start()

    def _fork(self, models: Sequence[str]) -> Launched:
        with contextlib.ExitStack() as on_failure:
            ours, theirs = socket.socketpair()
            on_failure.callback(ours.close)
            output, output_write = os.pipe()
            on_failure.callback(os.close, output)
            with theirs:
                try:
                    number = next(self._requests)
                    request = json.dumps({"cwd": str(ROOT), "request": number, "models": list(models)}).encode()
                    self._control.settimeout(self._limit_s if self._loaded.issuperset(models) else START_LIMIT_S)
                    socket.send_fds(self._control, [request], [theirs.fileno(), output_write])
                    pid = self._answer_to(number)
                finally:
                    os.close(output_write)
            self._limit_s = FORK_LIMIT_S
            self._loaded.update(models)
            self._ended.pop(pid, None)  # of another process, which had the same pid before
            wake = ours.dup()
            on_failure.pop_all()
            return Launched(pid, Connection(ours.detach()), output, wake)

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        with self._lock:
            self._control.settimeout(timeout_s)
            try:
                while pid not in self._ended:
                    self._read_line()
            except OSError:
                return None
            return self._ended[pid]

    def close(self) -> None:
        """Hang up: the zygote ends its children and itself."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        end_orphans()

    def release(self) -> None:
        """Close this process's end of the control socket, and leave the zygote to a fork that has it too."""
        self._control.close()

    def _answer_to(self, number: int) -> int:
        """Return the pid that a request brought; a request that was given up has an answer too, which nobody wants."""
        while True:
            message = self._read_line()
            if message.get("request") == number:
                if "refused" in message:
                    raise OSError(message["refused"], os.strerror(message["refused"]))
                return message["forked"]

    def _read_line(self) -> dict[str, int]:
        while b"\n" not in self._unread:
            heard = self._control.recv(65536)
            if not heard:
                raise ConnectionError("it closed the connection")
            self._unread += heard
        line, self._unread = self._unread.split(b"\n", 1)
        message: dict[str, int] = json.loads(line)
        if "ended" in message:
            self._ended[message["ended"]] = message["status"]
        return message


class SpawnLauncher:
    """Starts a fresh interpreter for each child, where there is no fork; one spare warms up in the meantime."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._spare = self._spawn()

    def launch(self, models: Sequence[str] = ()) -> Launched:  # noqa: ARG002 - they are loaded when they are asked for
        """Return the spare once it is warm, and begin the next one.

        Raises:
            LaunchError: the interpreter ended or didn't call back in time.
        """
        spare, self._spare = self._spare, self._spawn()
        return spare.accept()

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        try:
            return self._processes[pid].wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """End every child that is left."""
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._spare.listener.close()
        os.close(self._spare.output)

    def _spawn(self) -> _Spare:
        spare = _Spare()
        self._processes[spare.process.pid] = spare.process
        return spare


class _Spare:
    """An interpreter that is importing; it calls back over loopback with a secret when it is ready."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.secret = secrets.token_hex(16)
        self.output, output_write = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader.runner.spawned", str(self.listener.getsockname()[1])],
            stdin=subprocess.PIPE,
            stdout=output_write,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            cwd=ROOT,
            start_new_session=hasattr(os, "setsid"),
        )
        os.close(output_write)
        assert self.process.stdin is not None
        self.process.stdin.write(self.secret.encode() + b"\n")
        self.process.stdin.close()

    def accept(self) -> Launched:
        """Wait until the interpreter has called back."""
        deadline = time.monotonic() + START_LIMIT_S
        with self.listener:
            while time.monotonic() < deadline and self.process.poll() is None:
                self.listener.settimeout(1.0)
                try:
                    connection, _ = self.listener.accept()
                except TimeoutError:
                    continue
                connection.settimeout(5.0)
                if _hears(connection, self.secret):
                    connection.settimeout(None)
                    wake = connection.dup()
                    return Launched(self.process.pid, Connection(connection.detach()), self.output, wake)
                connection.close()
        raise LaunchError("the interpreter for learner code didn't start")


def _hears(connection: socket.socket, secret: str) -> bool:
    try:
        heard = connection.recv(len(secret), socket.MSG_WAITALL)
    except OSError:
        return False
    return secrets.compare_digest(heard, secret.encode())
