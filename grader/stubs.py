"""Pristine copies of what learners edit, in `grader/stubs.json`: written by `python -m grader.stubs`.

`reset` takes them from there, so it needs no git, and nothing that a learner does to the exercises changes them.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from grader.curriculum import ROOT, Exercise, exercises
from grader.errors import KitError
from grader.storage import write_json
from infra.messages import N_, Message

FILE = Path(__file__).with_name("stubs.json")


def on_disk() -> dict[str, str]:
    """Return the text of every file of the exercises as it stands now, by its path from the repository's root."""
    paths = sorted(path for exercise in exercises() for path in exercise.paths("exercises"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def stub(exercise: Exercise) -> dict[Path, str]:
    """Return the pristine text of each file of an exercise.

    Raises:
        KitError: the copies aren't there or don't have this exercise.
    """
    copies = _copies()
    paths = exercise.paths("exercises")
    try:
        return {path: copies[path.relative_to(ROOT).as_posix()] for path in paths}
    except KeyError:
        raise KitError(
            Message(N_("{path} has no copy of exercise {id}."), {"path": f"grader/{FILE.name}", "id": exercise.id}),
            Message(N_("Bring the kit's own files back with: git checkout -- grader, or download it again.")),
        ) from None


@functools.cache
def _copies() -> dict[str, str]:
    try:
        copies = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return copies if isinstance(copies, dict) else {}


if __name__ == "__main__":
    write_json(FILE, on_disk())
