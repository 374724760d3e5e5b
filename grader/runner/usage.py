"""What all processes in a sandbox use together, read from the sandbox's own /proc and the places where it can write.

Every process in there is counted, whoever its parent is by now. Memory without an owner doesn't exist: the system calls
that would make some are refused (`syscalls`), and what lies in files counts like memory, for that is where it lies.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass

FRESH_S = 0.1
"""For how long figures stand at least: several guards look at one sandbox."""
SHARE = 0.1
"""Of the time, at most so much goes into looking, however many processes there are."""
INODE_BYTES = 1024
"""What even an empty file takes, roughly."""

_PAGE = resource.getpagesize()
_TICKS = os.sysconf("SC_CLK_TCK")
_PROPORTIONAL = re.compile(rb"^(?:Pss_Anon|SwapPss):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class _Figure:
    """A figure, and until when it stands."""

    value: float
    until: float


class Usage:
    """Adds up what the processes of one sandbox use.

    Args:
        proc: a descriptor of the sandbox's /proc.
        places: descriptors of the file systems in memory that it can write to.
        ours: the pids, in there, that are the kit's own.
    """

    def __init__(self, proc: int, places: Collection[int], ours: Collection[int]) -> None:
        self._proc = proc
        self._places = places
        self._ours = frozenset(ours)
        self._lock = threading.Lock()
        self._memory = self._cpu = _Figure(0.0, float("-inf"))
        self._own_times: dict[tuple[int, str], float] = {}

    def memory_mb(self, limit_mb: float) -> float:
        """Return what learner code holds, in MiB: its processes' own memory, and its files, which lie in memory too.

        What processes share counts once: a page that three of them have counts a third for each. That takes the kernel
        a millisecond for each process, so it is asked only when the limit would be passed if nothing were shared.
        """
        with self._lock:
            if time.monotonic() > self._memory.until:
                begun = time.monotonic()
                files = sum(map(_stored, self._places))
                pids = [pid for pid in self._pids() if pid not in self._ours]
                held = files + sum(map(self._private, pids))
                if held > limit_mb * (1 << 20):
                    held = files + sum(map(self._proportional, pids))
                self._memory = _figure(held / (1 << 20), begun)
            return self._memory.value

    def cpu_s(self) -> float:
        """Return the seconds of processor time that everything in the sandbox has used, ended processes included.

        A process that was collected is in its parent's sum. One that nobody collects is not; what was seen of it is.
        """
        with self._lock:
            if time.monotonic() > self._cpu.until:
                begun = time.monotonic()
                self._cpu = _figure(max(self._cpu.value, self._times()), begun)
            return self._cpu.value

    def is_busy(self) -> bool:
        """Say whether there is any process that isn't the kit's own."""
        return any(pid not in self._ours for pid in self._pids())

    def close(self) -> None:
        """Let go of the descriptors."""
        with self._lock:
            for descriptor in (self._proc, *self._places):
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            self._places = ()
            self._proc = -1

    def _pids(self) -> list[int]:
        with contextlib.suppress(OSError):
            return [int(name) for name in os.listdir(self._proc) if name.isdecimal()]  # noqa: PTH208 - a descriptor
        return []

    def _private(self, pid: int) -> int:
        """Return the bytes of a process that lie in no file; what it shares with its parent since a fork is in it."""
        fields = self._read(f"{pid}/statm").split()
        return (int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0

    def _proportional(self, pid: int) -> int:
        """Return the same, with its share of what is shared; all of it where the kernel doesn't say."""
        told = _PROPORTIONAL.findall(self._read(f"{pid}/smaps_rollup"))
        return sum(map(int, told)) * 1024 if told else self._private(pid)

    def _times(self) -> float:
        living = 0.0
        for pid in self._pids():
            fields = self._read(f"{pid}/stat").rpartition(b")")[2].split()
            if len(fields) > 19:
                own, collected = (sum(map(int, fields[at : at + 2])) / _TICKS for at in (11, 13))
                living += own + collected
                self._own_times[pid, fields[19].decode()] = own  # with its start, for pids are given again
        return max(living, sum(self._own_times.values()))

    def _read(self, name: str) -> bytes:
        try:
            descriptor = os.open(name, os.O_RDONLY, dir_fd=self._proc)
        except OSError:
            return b""
        with contextlib.suppress(OSError), open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - a descriptor
            return stream.read(4096)
        return b""


def _figure(value: float, begun: float) -> _Figure:
    """Return a figure that was found just now, in the time since `begun`."""
    now = time.monotonic()
    return _Figure(value, now + max(FRESH_S, (now - begun) / SHARE))


def _stored(place: int) -> int:
    """Return the bytes that the files of a file system in memory take."""
    try:
        found = os.fstatvfs(place)
    except OSError:
        return 0
    return (found.f_blocks - found.f_bfree) * found.f_frsize + (found.f_files - found.f_ffree) * INODE_BYTES
