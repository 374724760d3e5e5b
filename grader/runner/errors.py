"""What can go wrong in the learner's process, as one exception that a check may expect or let through."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "raised",  # the learner's function raised
    "not_implemented",  # … NotImplementedError: the stub is still there
    "not_loaded",  # the file can't be imported: missing, empty, a syntax error, an exception at import
    "no_function",  # the file has no function of that name
    "signature",  # the function doesn't take these arguments
    "not_plain",  # it returned something that isn't plain data
    "too_large",  # it returned more than a message may hold
    "time_limit",  # it took longer than it may
    "memory_limit",
    "cpu_limit",  # all its processes together used more processor time than one may in that time
    "output_limit",
    "crashed",  # the process ended before it answered
    "forged",  # what it sent isn't the channel's language
]


class LearnerError(Exception):
    """The learner's code didn't return a value.

    Attributes:
        kind: what happened, one of `Kind`.
        type: name of the exception that was raised, or empty.
        code: its `.code` where it has one (a `MilvusException` does), else 0.
        message: its text, or what is known about the end of the process.
        where: the lines of the learner's file that it came through, outermost first.
        function: the learner's function that it happened in, where that is known.
        situation: the drive of the checks that used the learner's code, if one did.
    """

    def __init__(
        self,
        kind: Kind,
        type: str = "",
        code: int = 0,
        message: str = "",
        where: str = "",
        function: str = "",
        situation: str = "",
    ) -> None:
        super().__init__(kind, type, code, message)
        self.kind = kind
        self.type = type
        self.code = code
        self.message = message
        self.where = where
        self.function = function
        self.situation = situation
