"""Notices that a learner has saved an exercise, whatever the editor does to the file.

It looks: size, time and inode of each watched file, some thirty times a second. File events would tell it no sooner
(watchfiles gathers them for 10 ms before it says anything, and was measured at the same 15 to 20 ms), and they don't
exist on network mounts, in WSL's /mnt, or where the system's limit of watches is used up. What stands beside a watched
file (swap files, backups, `__pycache__`) isn't looked at, so it can't be taken for a save.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from grader.curriculum import Exercise

INTERVAL_S = 0.03
"""Between two looks. 24 files cost half a percent of a slow core."""
LOOKING_SHARE = 0.05
"""At most this share of the time goes into looking: a network mount is looked at less often."""
WHOLE_S = 0.4
"""For how long a missing or empty file is taken for one that an editor is about to fill."""


class Saves:
    """The files of some exercises, and how they were when somebody looked last."""

    def __init__(self, exercises: tuple[Exercise, ...]) -> None:
        self._seen = {exercise: fingerprint(exercise) for exercise in exercises}
        self._odd_since: dict[Exercise, float] = {}
        self._look_s = 0.0

    @property
    def interval_s(self) -> float:
        """How long to wait before the next look."""
        return max(INTERVAL_S, self._look_s / LOOKING_SHARE)

    def look(self) -> list[Exercise]:
        """Return the exercises that were saved since the last look."""
        began = time.monotonic()
        saved = [exercise for exercise, before in self._seen.items() if self._is_saved(exercise, before)]
        self._look_s = time.monotonic() - began
        return saved

    def _is_saved(self, exercise: Exercise, before: str) -> bool:
        now = fingerprint(exercise)
        if now == before:
            self._odd_since.pop(exercise, None)
            return False
        if _is_odd(exercise):
            since = self._odd_since.setdefault(exercise, time.monotonic())
            if time.monotonic() - since < WHOLE_S:
                return False
        self._odd_since.pop(exercise, None)
        self._seen[exercise] = now
        return True


def fingerprint(exercise: Exercise) -> str:
    """Return a line of text that is another one after every save of an exercise."""
    return " ".join(_fingerprint(path) for path in exercise.paths("exercises"))


def _fingerprint(path: Path) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116 - half the price of path.stat(), thirty times a second
    except (OSError, ValueError):
        return "-"
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"


def _is_odd(exercise: Exercise) -> bool:
    """Say whether a file is missing or empty, as it is for a moment while some editors save."""
    sizes = (_fingerprint(path).split(":")[1:2] for path in exercise.paths("exercises"))
    return any(size in ([], ["0"]) for size in sizes)
