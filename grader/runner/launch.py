"""Starts a process for learner code: forked from a warm zygote where there is fork, else a fresh interpreter."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from fixtures.models import CHOSEN_MODELS
from grader.runner.forking import START_LIMIT_S, Forker, Launched
from grader.runner.orphans import end_orphans, guard_this_process
from grader.runner.source import Source

ROOT = Path(__file__).resolve().parents[2]


class LaunchError(Exception):
    """The grader couldn't start a process for learner code: its own trouble, never the learner's."""


class Launcher(Protocol):
    """Starts children and knows how they ended."""

    def launch(self, source: Source | None = None, models: Sequence[str] = ()) -> Launched:
        """Start one child, ready to take a `load` request for the source, with some of `fixtures.models` loaded."""

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
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        guard_this_process()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "grader.runner.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._forker = Forker(ours, str(ROOT))

    def launch(self, source: Source | None = None, models: Sequence[str] = ()) -> Launched:  # noqa: ARG002 - it is read
        """Fork one child; a zygote that learner code has killed or stopped is replaced first.

        Raises:
            LaunchError: the zygote doesn't come up or doesn't answer.
        """
        with self._lock:
            # Whether the zygote lives is asked of its socket, not of its pid: it may be another process's child.
            try:
                return self._forker.fork(models)
            except OSError:
                self._replace()
            try:
                return self._forker.fork(models)
            except OSError as error:
                raise LaunchError(f"the process that starts learner code doesn't: {error}") from None

    def _replace(self) -> None:
        """Start a new zygote; the children of the old one end with it, or when nobody holds their channel."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # not through Popen, which knows only this process's children
        self._process.wait()
        self._forker.close()
        end_orphans()
        self._start()

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        return self._forker.exit_code(pid, timeout_s)

    def close(self) -> None:
        """Hang up: the zygote ends its children and itself."""
        self._forker.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        end_orphans()

    def release(self) -> None:
        """Close this process's end of the control socket, and leave the zygote to a fork that has it too."""
        self._forker.close()


class SpawnLauncher:
    """Starts a fresh interpreter for each child, where there is no fork; one spare warms up in the meantime."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._spare = self._spawn()

    def launch(self, source: Source | None = None, models: Sequence[str] = ()) -> Launched:  # noqa: ARG002 - load says
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
