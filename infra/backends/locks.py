"""Locks between processes, kept in the state directory. The system frees them when their holder dies."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from infra.backends.state import state_dir, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# filelock is imported inside: a grader that finds its server warm takes no lock, and the keeper never does.


@contextmanager
def timing_lock(alone: bool) -> Iterator[None]:
    """Hold the machine for a check: any number of ordinary checks share it, a timed one has it alone.

    Not to be taken twice with different `alone` in one process: that raises RuntimeError instead of waiting.

    Args:
        alone: whether this check measures time.
    """
    from filelock import ReadWriteLock

    lock = ReadWriteLock(_locks_dir() / "timing.db")
    with lock.write_lock() if alone else lock.read_lock():
        yield


@contextmanager
def exclusive(name: str, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time do `name`.

    Args:
        name: a file name.
        on_wait: called once when another process holds the lock, before waiting for it.
    """
    from filelock import FileLock, Timeout

    path = _locks_dir() / f"{name}.lock"
    lock = FileLock(path)
    with writing(path.parent):
        try:
            lock.acquire(blocking=False)
        except Timeout:
            on_wait()
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _locks_dir() -> Path:
    directory = state_dir() / "locks"
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
    return directory
