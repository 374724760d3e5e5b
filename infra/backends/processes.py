"""A process that can be recognised later: its pid, and when it started, since pids are used again."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

# psutil adds the boot time, which moves by fractions of a second when the clock is corrected.
_CLOCK_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True)
class Process:
    """One process of this machine.

    Attributes:
        pid: its number.
        started: seconds since the epoch.
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Process:
        """Return the process that has this pid now.

        Raises:
            psutil.NoSuchProcess: there is none.
        """
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def this(cls) -> Process:
        """Return the running process."""
        return cls.of(os.getpid())

    def is_alive(self) -> bool:
        """Tell whether it still runs; a zombie doesn't, nor does a stranger with the same pid."""
        return self._found() is not None

    def terminate(self) -> None:
        """Ask it to end (SIGTERM)."""
        if found := self._found():
            with suppress(psutil.NoSuchProcess):
                found.terminate()

    def kill(self, wait_seconds: float = 5.0) -> None:
        """End it and its children at once (SIGKILL), and wait until they are gone."""
        family = [self, *self._children()]
        for member in family:
            if found := member._found():
                with suppress(psutil.NoSuchProcess):
                    found.kill()
        for member in family:
            member.wait(wait_seconds)

    def wait(self, seconds: float) -> bool:
        """Wait until it is gone; return whether it is."""
        # Not psutil's wait: that takes a zombie whose parent doesn't collect it for a running process.
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _children(self) -> list[Process]:
        if found := self._found():
            with suppress(psutil.NoSuchProcess):
                return [Process(child.pid, child.create_time()) for child in found.children(recursive=True)]
        return []

    def _found(self) -> psutil.Process | None:
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < _CLOCK_TOLERANCE_SECONDS
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None
