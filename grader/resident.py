"""A resident grader: everything is imported once, and each run is forked from there.

A grading run opens channels and threads, which no fork survives; so the process that stays opens none, and every run is
a fork of it that ends with its exit code. The zygote for the next run warms up while nobody waits for it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from grader.runner.launch import release, warm_up


class Resident:
    """Runs graders as forks of this process (where the platform has fork)."""

    def __init__(self) -> None:
        import pytest  # noqa: F401

        import grader.cli  # noqa: F401 - brings pymilvus, rich and the rest

        warm_up()
        # What is alive now stays for ever: no fork's collector needs to look at it, or to copy its pages.
        gc.collect()
        gc.freeze()

    def run(self, action: Callable[[], int]) -> int:
        """Run `action` in a fork and return the exit code that it returns; 2 when it raised.

        Args:
            action: a grading run; `grader.runner.launch.start_launcher` gives it the warm zygote.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            code = 2
            try:
                code = action()
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 2
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        release()
        _, status = os.waitpid(pid, 0)
        warm_up()
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 2
