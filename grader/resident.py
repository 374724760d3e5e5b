"""A resident grader: everything is imported once, and each run is forked from there.

A grading run opens channels and threads, which no fork survives; so the process that stays opens none, and every run is
a fork of it that ends with its exit code. The zygote for the next run warms up while nobody waits for it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable

from grader.runner.launch import release, warm_up

CODE_OF_A_CRASH = 2


class Resident:
    """Runs graders as forks of this process (where the platform has fork).

    Args:
        warm: how many zygotes wait. With two, a run that replaces another in its middle finds a warm one too.
    """

    def __init__(self, warm: int = 1) -> None:
        self._zygotes = warm
        warm_up()  # first of all: it imports beside what comes now
        import pytest  # noqa: F401

        import grader.cli  # noqa: F401 - brings pymilvus, rich and the rest

        # What is alive now stays for ever: no fork's collector needs to look at it, or to copy its pages.
        gc.collect()
        gc.freeze()

    def start(self, action: Callable[[int], int]) -> Fork:
        """Begin `action` in a fork, which ends with the exit code that it returns; 2 when it raised.

        Args:
            action: a grading run; `grader.runner.launch.start_launcher` gives it the warm zygote. It gets a descriptor:
                what it writes there is what `Fork.heard` returns.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        warm_up()
        news, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(news)
            _end_with(lambda: action(tell))
        os.close(tell)
        release()
        return Fork(pid, news)

    def rest(self) -> None:
        """Warm up for the runs to come; nobody waits."""
        warm_up(self._zygotes)

    def run(self, action: Callable[[], int]) -> int:
        """Run `action` in a fork, wait for its end, and return its exit code; 2 when it raised."""
        code = self.start(lambda _: action()).wait()
        self.rest()
        return code


class Fork:
    """A grading run that goes on.

    Attributes:
        news: a descriptor that can be read when the run has written something, or has ended.
    """

    def __init__(self, pid: int, news: int) -> None:
        self._pid = pid
        self._unread = b""
        self._code: int | None = None
        os.set_blocking(news, False)
        self.news = news

    def heard(self) -> list[str]:
        """Return the lines that the run has written since the last call."""
        self._read()
        *lines, self._unread = self._unread.split(b"\n")
        return [line.decode() for line in lines]

    def ended(self) -> int | None:
        """Return the run's exit code, or None while it goes on."""
        if self._code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._close(status)
        return self._code

    def wait(self) -> int:
        """Wait for the run's end and return its exit code."""
        if self._code is None:
            self._close(os.waitpid(self._pid, 0)[1])
        assert self._code is not None
        return self._code

    def kill(self) -> None:
        """End the run at once. Its zygote ends the learner's code; the next run drops its database."""
        if self.ended() is None:
            os.kill(self._pid, signal.SIGKILL)
            self.wait()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._code is None and (part := os.read(self.news, 4096)):
                self._unread += part

    def _close(self, status: int) -> None:
        self._read()  # its last words
        code = os.waitstatus_to_exitcode(status)
        self._code = code if code >= 0 else CODE_OF_A_CRASH
        os.close(self.news)


def _end_with(action: Callable[[], int]) -> None:
    """End this process, a fork, with the exit code of an action."""
    code = CODE_OF_A_CRASH
    try:
        code = action()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else CODE_OF_A_CRASH
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
