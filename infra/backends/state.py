"""Where servers, locks and the unpacked Milvus are kept, and what a failing disk means to a person."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.backends.errors import BackendUnavailable, DiskFull
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterator


def state_dir() -> Path:
    """Return the directory of this machine's user that all graders share; `DOJO_STATE_DIR` overrides it."""
    if override := os.environ.get("DOJO_STATE_DIR"):
        return Path(override).absolute()
    import platformdirs  # here, because the keeper imports this package and never asks

    return Path(platformdirs.user_cache_dir("milvus-dojo", appauthor=False))


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Turn a failed write below `directory` into a sentence.

    Raises:
        DiskFull: no space or quota is left.
        BackendUnavailable: the directory can't be written for another reason.
    """
    try:
        yield
    except OSError as error:
        fields = {"directory": str(directory), "reason": error.strerror or str(error)}
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                Message(N_("The disk that holds {directory} is full."), fields),
                Message(N_("Free some space, or set DOJO_STATE_DIR to a directory on a larger disk.")),
            ) from error
        raise BackendUnavailable(
            Message(N_("The directory {directory} can't be written: {reason}."), fields),
            Message(N_("Set DOJO_STATE_DIR to a directory that you can write.")),
        ) from error
