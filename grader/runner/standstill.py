"""Lets the processes of a submission stand still while something else is timed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys

import psutil

from grader.runner.orphans import is_marked
from grader.runner.submission import Submission

LOOK_EVERY = 8
"""One time in so many, at random, processes are looked for that have left the group: it takes 5 to 30 ms."""
LOOKS = 5
"""How often more of them are looked for, while each look finds some that weren't there before."""


class Standstill:
    """Suspends and resumes a submission's process with its group, and whatever else came out of learner code.

    Args:
        submission: whose processes.
        beside: another submission, which goes on; without it only the group is suspended.
    """

    def __init__(self, submission: Submission, beside: Submission | None = None) -> None:
        self._submission = submission
        self._beside = beside
        self._pid = 0
        self._strays: set[psutil.Process] = set()

    def begin(self) -> None:
        """Suspend the group, and what has left it: once such a process was found, it is looked for every time."""
        self._pid = self._submission._main().pid
        _to_group(self._pid, suspend=True)
        for stray in self._strays:
            with contextlib.suppress(psutil.Error):
                stray.suspend()
        if self._beside is not None and (self._strays or random.randrange(LOOK_EVERY) == 0):
            self._look_for_strays(self._beside)

    def end(self) -> None:
        """Let everything run that was suspended, if anything was."""
        for stray in self._strays:
            with contextlib.suppress(psutil.Error):
                stray.resume()
        if self._pid:
            _to_group(self._pid, suspend=False)

    def _look_for_strays(self, beside: Submission) -> None:
        for _ in range(LOOKS):
            found = self._outside_the_group(beside) - self._strays
            for stray in found:
                with contextlib.suppress(psutil.Error):
                    stray.suspend()
            self._strays |= found
            if not found:
                return

    def _outside_the_group(self, beside: Submission) -> set[psutil.Process]:
        """Return the descendants, and where learner code is marked, all below the grader that is, but `beside`.

        What has left its parent is no descendant any more, and keeps the mark.
        """
        spared = (self._pid, beside._main().pid)
        found = _descendants(self._pid)
        if sys.platform == "linux" and not is_marked(os.getpid()):  # in some containers every process is
            found |= {process for process in _descendants(os.getpid()) if is_marked(process.pid)}
        return {process for process in found if process.pid not in spared}


def _to_group(pid: int, suspend: bool) -> None:
    """Suspend or resume a child and its process group; where there are no groups, the child."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGSTOP if suspend else signal.SIGCONT)
    else:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            process.suspend() if suspend else process.resume()


def _descendants(pid: int) -> set[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return set(psutil.Process(pid).children(recursive=True))
    return set()
