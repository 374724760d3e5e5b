"""The green record: how the reference solution ended on this backend version, check by check.

It is the second opinion behind every failure. Only what is a property of the backend is kept: that the reference
passes, or that a check's control says nothing can be seen there. A failure of the reference is looked at again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.check import Check
from grader.curriculum import Exercise
from grader.storage import DOJO, read_json, write_json
from grader.verdict import Kind

KEPT: tuple[Kind, ...] = ("passed", "not_shown")


class GreenRecord:
    """Opinions on one backend version, in `.dojo/opinions.json`; an edited check or solution is looked at anew."""

    def __init__(self, backend: str, version: str, exercises: tuple[Exercise, ...], path: Path | None = None) -> None:
        self._path = path or DOJO / "opinions.json"
        self._place = f"{backend} {version}"
        self._digests = {exercise.id: _digest(exercise) for exercise in exercises}
        self._known: dict[str, str] = read_json(self._path, {})

    def get(self, check: Check) -> Kind | None:
        """Return how the reference ended, or None where that isn't known."""
        kind = self._known.get(self._key(check))
        return next((kept for kept in KEPT if kept == kind), None)

    def record(self, check: Check, kind: Kind) -> None:
        """Keep how the reference ended, where it is kept at all."""
        if kind in KEPT:
            self._keep(self._key(check), kind)

    def is_whole(self, exercise: Exercise) -> bool:
        """Say whether the reference has passed every check of an exercise here that the backend can show."""
        return self._known.get(self._whole(exercise)) == "passed"

    def note_whole(self, exercise: Exercise) -> None:
        """Note that the reference has passed every check of an exercise here that the backend can show."""
        self._keep(self._whole(exercise), "passed")

    def _keep(self, key: str, kind: Kind) -> None:
        self._known = {**read_json(self._path, {}), key: kind}
        write_json(self._path, self._known)

    def _whole(self, exercise: Exercise) -> str:
        return f"{self._place} {exercise.id} {self._digests[exercise.id]}"

    def _key(self, check: Check) -> str:
        return f"{self._place} {check.id} {self._digests[check.exercise]}"


def _digest(exercise: Exercise) -> str:
    """Return what tells one state of an exercise's checks (with what they share in their folder) and solution."""
    digest = hashlib.sha256()
    for path in (*sorted(exercise.checks.parent.glob("*.py")), *exercise.paths("solutions")):
        if path.is_file():  # a repository that was made for a class has no solutions
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
