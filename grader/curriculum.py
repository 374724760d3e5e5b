"""Reads curriculum.toml, the single source for ids, titles, points, hints, limits and what each exercise needs.

A repository that was made for a class (`grader.given`) has some of its exercises only.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path

from grader import given
from grader.errors import UnknownExercise
from infra.messages import N_, Message

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Exercise:
    """One row of the curriculum.

    Attributes:
        id: such as `1.3`, stable for ever.
        stage: folder of its stage, such as `stage1_basics`.
        name: file name without number, such as `basic_operations`.
        title: what people call it.
        points: sum of its checks' points.
        grades: which of correctness, recall, latency and cost are graded.
        needs: abilities without which nothing of it can be graded.
        hints: from vague to concrete.
        files: what it has besides Python, by name in the folder beside its file.
        models: which models of `fixtures.models` it uses: `text`, `clip`.
        call_s: seconds that one call of the learner's code may take.
        memory_mb: memory of the learner's process, in MiB.
    """

    id: str
    stage: str
    name: str
    title: str
    points: float
    grades: tuple[str, ...]
    needs: frozenset[str]
    hints: tuple[str, ...]
    files: tuple[str, ...]
    models: tuple[str, ...]
    call_s: float
    memory_mb: int

    @property
    def number(self) -> str:
        """Its number within the stage, two digits."""
        return f"{int(self.id.split('.')[1]):02d}"

    @property
    def stem(self) -> str:
        """Name of its file in exercises/ and solutions/, without `.py`."""
        return f"ex{self.number}_{self.name}"

    def file(self, tree: str) -> Path:
        """Return its file in a tree such as `exercises` or `solutions`."""
        return ROOT / tree / self.stage / f"{self.stem}.py"

    def paths(self, tree: str) -> tuple[Path, ...]:
        """Return all that a learner edits: its Python file, then the files in the folder beside it."""
        file = self.file(tree)
        return (file, *(file.with_suffix("") / name for name in self.files))

    @property
    def checks(self) -> Path:
        """The module with its checks."""
        return ROOT / "checks" / self.stage / f"check_{self.number}_{self.name}.py"

    @property
    def drives(self) -> Path | None:
        """The module whose functions the checks may run beside the learner's code, if there is one."""
        path = ROOT / "checks" / self.stage / f"drives_{self.number}.py"
        return path if path.is_file() else None


@dataclass(frozen=True)
class Stage:
    """A folder of exercises: its number, folder, title and exercises in order."""

    number: int
    folder: str
    title: str
    exercises: tuple[Exercise, ...]


@functools.cache
def stages(path: Path = ROOT / "curriculum.toml") -> tuple[Stage, ...]:
    """Return the curriculum in order.

    Raises:
        WrongOption: this repository was made for a class, and what says which exercises it has can't be read.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    whole = tuple(_stage(row) for row in document["stage"])
    here = path.parent / given.FILE
    return _some(whole, given.read_points(here)) if here.is_file() else whole


def exercises() -> tuple[Exercise, ...]:
    """Return every exercise in order."""
    return tuple(exercise for stage in stages() for exercise in stage.exercises)


def find(exercise_id: str) -> Exercise:
    """Return one exercise by id, or by the name of its file.

    Raises:
        UnknownExercise: there is none; the message lists those that are.
    """
    wanted = Path(exercise_id).stem
    for exercise in exercises():
        if exercise_id == exercise.id or wanted == exercise.stem:
            return exercise
    raise UnknownExercise(
        Message(
            N_("There is no exercise {wanted}. There are: {known}."),
            {"wanted": exercise_id, "known": ", ".join(e.id for e in exercises())},
        )
    )


def _some(whole: tuple[Stage, ...], ids: Container[str]) -> tuple[Stage, ...]:
    stages = (replace(stage, exercises=tuple(e for e in stage.exercises if e.id in ids)) for stage in whole)
    return tuple(stage for stage in stages if stage.exercises)


def _stage(row: dict[str, object]) -> Stage:
    number, folder = row["number"], row["folder"]
    assert isinstance(number, int)
    assert isinstance(folder, str)
    rows = row["exercise"]
    assert isinstance(rows, list)
    return Stage(number, folder, str(row["title"]), tuple(_exercise(folder, entry) for entry in rows))


def _exercise(folder: str, row: dict[str, object]) -> Exercise:
    limits = row.get("limits", {})
    assert isinstance(limits, dict)

    def words(key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        assert isinstance(value, list)
        return tuple(str(word) for word in value)

    return Exercise(
        id=str(row["id"]),
        stage=folder,
        name=str(row["name"]),
        title=str(row["title"]),
        points=float(str(row["points"])),
        grades=words("grades"),
        needs=frozenset(words("needs")),
        hints=words("hints"),
        files=words("files"),
        models=words("models"),
        call_s=float(limits.get("call_s", 20)),
        memory_mb=int(limits.get("memory_mb", 1024)),
    )
