"""Which code is graded, and the texts beside it, read by the grader: never executed, never trusted to be small."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

FILE_CAP_BYTES = 256 << 10
MODULE_CAP_BYTES = 512 << 10
FILES_CAP = 64
ENTRIES_CAP = 4_096
UNWRITTEN = "# TODO(dojo)"
"""What a file that isn't Python says as long as it is to be written."""


@dataclass(frozen=True)
class Source:
    """Which code is graded.

    Attributes:
        label: a name for people.
        path: the file.
        drives: what the checks may run beside it.
        held: texts that were read before any learner code ran, by path; where there is one, the file isn't read again.
        owns_folder: whether all Python files beside it are its author's, so that it may import them in a sandbox too.
    """

    label: str
    path: Path
    drives: Path | None = None
    held: Mapping[str, str] = field(default_factory=dict, hash=False)
    owns_folder: bool = False

    def hold(self) -> Source:
        """Return the same code with its texts read now: what learner code writes into the files later has no part."""
        paths = [path for path in (self.path, self.drives) if path is not None and path.is_file()]
        return replace(self, held={str(path): path.read_text(encoding="utf-8") for path in paths})

    @property
    def files(self) -> Mapping[str, str]:
        """The texts of the exercise's folder by relative name; links are left out and long files are cut."""
        folder = self.path.with_suffix("")
        if not folder.is_dir() or folder.is_symlink():
            return {}
        found = sorted(islice((path for path in folder.rglob("*") if not path.is_symlink()), ENTRIES_CAP))
        texts = ((path.relative_to(folder).as_posix(), _text(path)) for path in found)
        return dict(islice(((_visible(name), text) for name, text in texts if text is not None), FILES_CAP))

    @property
    def modules(self) -> Mapping[str, bytes]:
        """The Python files beside the file and below its folder, by relative name, where they are its author's."""
        if not self.owns_folder:
            return {}
        found = sorted(islice(self.path.parent.rglob("*.py"), ENTRIES_CAP))
        contents = (
            (path.relative_to(self.path.parent).as_posix(), read_regular(path, FILE_CAP_BYTES)) for path in found
        )
        return {name: content for name, content in contents if content is not None}


_OPEN_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # each of them where there is such a thing


def read_regular(path: Path, cap: int) -> bytes | None:
    """Return the beginning of a regular file; None for what is none, also if it became a link or a pipe meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in _OPEN_FLAGS))
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor
        return stream.read(cap)


def _text(path: Path) -> str | None:
    content = read_regular(path, FILE_CAP_BYTES)
    return None if content is None else content.decode("utf-8", "replace")


def _visible(name: str) -> str:
    """Make a file name printable that isn't UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()
