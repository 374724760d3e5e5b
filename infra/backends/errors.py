"""What can go wrong with a backend. Each error says it in one sentence and names what mends it.

BackendError
├── BackendUnavailable    this machine can't run it, or nothing answers at the given address
├── StartFailed           Milvus ended while it started
├── StartTimeout          Milvus runs, but a write and a read didn't go through in time
└── DiskFull              no room left for the server's files
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.messages import Message


class BackendError(Exception):
    """A backend that can't be used, told to a person.

    Attributes:
        message: one sentence: what was waited for, the last state, the last log lines where they matter.
        remedy: the command or the setting that mends it.
    """

    def __init__(self, message: Message, remedy: Message) -> None:
        super().__init__(str(message))
        self.message = message
        self.remedy = remedy


class BackendUnavailable(BackendError):
    """This machine can't run the backend, or nothing answers at the given address."""


class StartFailed(BackendError):
    """Milvus ended while it started."""


class StartTimeout(BackendError):
    """Milvus runs, but a write and a read didn't go through in time."""


class DiskFull(BackendError):
    """No room is left for the server's files."""
