"""Files that checks write for learner code, such as pictures to embed: a sandbox gets those that a request names.

    with handed_out(folder):        files below it are copied in when a path to them is among the arguments

Nothing else is, whatever path an argument holds: it may have come from learner code.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

ENTRIES_CAP = 4_096

_folders: list[Path] = []


@contextlib.contextmanager
def handed_out(folder: Path) -> Iterator[None]:
    """Let learner code read what lies below a folder, where it is named to it."""
    _folders.append(folder)
    try:
        yield
    finally:
        _folders.remove(folder)


def named_files(value: object) -> dict[str, bytes | None]:
    """Return the files that a value names, by their path; None for one that isn't there.

    A folder stands for the files in it; links are left out.
    """
    found: dict[str, bytes | None] = {}
    for path in dict.fromkeys(_paths(value)):
        inside = islice(path.rglob("*"), ENTRIES_CAP) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and not file.is_symlink():
                found[str(file)] = file.read_bytes()
            elif not file.exists():
                found[str(file)] = None
    return found


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, str):
        if any(value.startswith(f"{folder}/") for folder in _folders) and ".." not in Path(value).parts:
            yield Path(value)
    elif isinstance(value, Mapping):
        yield from (path for item in value.values() for path in _paths(item))
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        yield from (path for item in value for path in _paths(item))
