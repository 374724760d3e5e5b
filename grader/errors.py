"""What stops the kit itself, as one sentence, what mends it, and exit code 2.

KitError
├── UnknownExercise     an id that the curriculum doesn't have
├── ChecksChanged       the checks on disk aren't those that the curriculum counts on
├── CannotWrite         a full disk, a folder without permission
├── WrongOption         options that don't go together
├── ModelsMissing       an exercise's models aren't installed
├── NoSolutions         a repository that was made for a class
└── BadHeader           a known-bad submission that doesn't say what it is (in `known_bad`)
"""

from __future__ import annotations

from infra.messages import Message


class KitError(Exception):
    """The kit can't go on; nobody's code is to blame.

    Attributes:
        message: one sentence that says what is wrong.
        remedy: the command or step that mends it, where there is one.
    """

    def __init__(self, message: Message, remedy: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.remedy = remedy


class UnknownExercise(KitError):
    """An id that the curriculum doesn't have."""


class ChecksChanged(KitError):
    """The checks on disk aren't those that the curriculum counts on."""


class CannotWrite(KitError):
    """A report or progress can't be written; what was there before is untouched."""


class ModelsMissing(KitError):
    """An exercise's models aren't installed."""


class NoSolutions(KitError):
    """This repository was made for a class, without the reference solutions."""


class WrongOption(KitError):
    """Options that don't go together."""
