"""What is to be graded and how, as the process that plans it hands it to the workers that do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.outcome import Outcome
from grader.classroom.stored import outcome_document, outcome_of
from grader.storage import read_json, write_json

FILE = "work.dojo.json"
"""Its name, by which pytest knows it."""


@dataclass(frozen=True)
class Task:
    """One submission that is to be graded.

    Attributes:
        name: the file name of its learner.
        draft: its outcome as far as that is known before it is graded.
        code: the folder with the files that were taken from it.
        outcome: where what comes of it is written.
    """

    name: str
    draft: Outcome
    code: Path
    outcome: Path


@dataclass(frozen=True)
class Conditions:
    """What is the same for every submission of a run.

    Attributes:
        exercises: ids, in order.
        backends: which one grades each exercise, by id.
        isolation: what learner code runs in, as `ClassInfo` says it.
        crowded: whether several submissions are graded at once.
    """

    exercises: tuple[str, ...]
    backends: Mapping[str, str]
    isolation: str
    crowded: bool


def write_work(path: Path, conditions: Conditions, tasks: Sequence[Task]) -> None:
    """Write what the workers are to do."""
    rows = [
        {
            "name": task.name,
            "draft": outcome_document(task.draft),
            "code": str(task.code),
            "outcome": str(task.outcome),
        }
        for task in tasks
    ]
    shared = {
        "exercises": list(conditions.exercises),
        "backends": dict(conditions.backends),
        "isolation": conditions.isolation,
        "crowded": conditions.crowded,
    }
    write_json(path, {"conditions": shared, "tasks": rows})


def read_work(path: Path) -> tuple[Conditions, list[Task]]:
    """Return what a worker is to do."""
    document: dict[str, Any] = read_json(path, None)
    shared = document["conditions"]
    conditions = Conditions(tuple(shared["exercises"]), shared["backends"], shared["isolation"], shared["crowded"])
    return conditions, [_task(row) for row in document["tasks"]]


def _task(row: dict[str, Any]) -> Task:
    draft = outcome_of(row["draft"])
    assert draft is not None
    return Task(row["name"], draft, Path(row["code"]), Path(row["outcome"]))
