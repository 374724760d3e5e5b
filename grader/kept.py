"""What is costly to make is made once and kept for the checks that follow: a collection that learner code has filled.

    catalogue = kept("catalogue", make)     # calls make() for the first check that asks, and never again

It is kept for one submission on one server: what runs alone on a fresh server makes its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.runner.source import Source

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Kept:
    """The things that were made for one submission in one database.

    Attributes:
        everything: what was made so far, for this and other submissions and databases.
        source: the submission.
        database: the database of this run on the server that the check has.
    """

    everything: dict[tuple[Source, str, str], Any]
    source: Source
    database: str

    def __call__(self, name: str, make: Callable[[], Thing]) -> Thing:
        """Return the thing of this name; make it first if no check before has. What raises is made again."""
        key = (self.source, self.database, name)
        if key not in self.everything:
            self.everything[key] = make()
        thing: Thing = self.everything[key]
        return thing
