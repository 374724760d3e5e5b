"""Keeps learner code apart from the grader where Linux has a way to: what it leaves behind, and whose memory it reads.

A zygote collects what its children leave behind. One that learner code has killed can't, so what it would have
collected comes to the grader, which tells it from its own by a mark that no process can take off: `no_new_privs`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
END_LIMIT_S = 5.0


def guard_this_process() -> None:
    """Collect what descendants leave behind, and close this process's memory and descriptors to its own user.

    Root may look nevertheless, and root's learner code too.
    """
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_DUMPABLE, 0)


def end_on_death_of_parent() -> None:
    """Have the system kill this process when the one that started it ends, however that ends."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def mark_as_learners() -> None:
    """Mark this process and all that will ever come out of it as learner code; it can't gain rights by sudo either."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 1)  # its own memory is nobody's secret, and its tools may want to look


_spared: set[int] = set()


def spare(pid: int, no_more: bool = False) -> None:
    """Let `end_orphans` leave a child of this process alone that is marked and isn't learner code, as bubblewrap is."""
    if no_more:
        _spared.discard(pid)
    else:
        _spared.add(pid)


def end_orphans() -> None:
    """End what came to this process marked as learner code, and what that leaves in turn."""
    if sys.platform != "linux" or is_marked(os.getpid()):  # in some containers every process is
        return
    import psutil

    deadline = time.monotonic() + END_LIMIT_S
    while time.monotonic() < deadline:
        children = (process for process in psutil.Process().children() if process.pid not in _spared)
        orphans = [process for process in children if is_marked(process.pid)]
        if not orphans:
            return
        for process in orphans:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(orphans, timeout=1)


def prctl(option: int, value: int) -> None:
    """Set what only Linux has; elsewhere the guard ends those of a child's descendants that it has seen."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def is_marked(pid: int) -> bool:
    """Say whether a process is learner code, or came out of it."""
    try:
        return "\nNoNewPrivs:\t1\n" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
