"""Ending servers: in order, by their record, and what a `kill -9` left behind."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from infra.backends import records
from infra.backends.state import state_dir

if TYPE_CHECKING:
    from pathlib import Path

_KEEPER_SECONDS = 3.0
_YOUNG_SECONDS = 60.0


def homes() -> list[tuple[Path, records.Record | None]]:
    """Return the home of each server with its record; None where that can't be read."""
    try:
        return [(home, records.read(home)) for home in servers_dir().iterdir()]
    except OSError:  # no server was ever started here
        return []


def servers_dir() -> Path:
    """Return the directory that holds one home per server."""
    return state_dir() / "servers"


def sweep() -> int:
    """End what a `kill -9` left: servers whose keeper is dead, and homes without a live process.

    Returns:
        How many servers were ended.
    """
    return sum(end(home) for home, record in homes() if _is_lost(home, record))


def stop_all() -> int:
    """End every server of this state directory, shared and private, and containers whose home is gone.

    Returns:
        How many servers were ended.

    Raises:
        BackendUnavailable: containers were started from here, and Docker can't be asked for what is left of them.
    """
    from infra.backends.container import remove_strays

    return sum(end(home) for home, _ in homes()) + remove_strays()


def end(home: Path) -> bool:
    """End the server that lives in `home` and remove the directory.

    Returns:
        Whether anything was running.
    """
    record = records.read(home)
    if record is None:
        return _end_unreadable(home)
    processes = [process for process in (record.keeper, record.milvus) if process]
    was_running = any(process.is_alive() for process in processes)
    if record.keeper:
        record.keeper.terminate()
        record.keeper.wait(_KEEPER_SECONDS)
    # What is left when the keeper was killed before, or was stopped and can't hear.
    for process in processes:
        process.kill()
    if record.backend == "container":
        from infra.backends.container import remove  # here, because it imports Docker's SDK

        was_running = remove(home) > 0 or was_running
    shutil.rmtree(home, ignore_errors=True)
    return was_running


def _end_unreadable(home: Path) -> bool:
    """Leave the ending to the keeper: it ends Milvus and removes the home when it can't read its record."""
    if not (home / records.FILE).exists():  # nothing was started yet: the record comes first
        shutil.rmtree(home, ignore_errors=True)
        return False
    deadline = time.monotonic() + _KEEPER_SECONDS
    while home.exists():
        if time.monotonic() > deadline:
            shutil.rmtree(home, ignore_errors=True)
            return False
        time.sleep(0.05)
    return True


def _is_lost(home: Path, record: records.Record | None) -> bool:
    if record is None:
        return (home / records.FILE).exists() or _age_seconds(home) > _YOUNG_SECONDS
    return not (record.keeper or record.owner).is_alive()


def _age_seconds(home: Path) -> float:
    """Return how old a home is; somebody may be about to write the record of a young one."""
    try:
        return time.time() - home.stat().st_mtime
    except FileNotFoundError:
        return 0.0
