"""A class on the disk: `class.json`, and `submissions/<name>/outcome.json` for each learner.

Written in one step each, so that a reader, or whoever goes on after a crash, meets a whole file or none. What doesn't
make sense counts as not there, and is graded again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from grader.classroom.names import file_names
from grader.classroom.outcome import (
    CLASS_FORMAT,
    OUTCOME_FORMAT,
    Class,
    ClassInfo,
    Learner,
    Outcome,
    Status,
)
from grader.sentences import as_json, from_json
from grader.storage import read_json, write_json

LARGEST_FILE = 32 << 20
SUBMISSIONS = "submissions"


def outcome_path(out: Path, name: str) -> Path:
    """Return where the outcome of the learner with a file name is kept."""
    return out / SUBMISSIONS / name / "outcome.json"


def write_outcome(path: Path, outcome: Outcome) -> None:
    """Keep what came of a submission.

    Raises:
        CannotWrite: the disk is full or the folder isn't writable.
    """
    write_json(path, outcome_document(outcome))


def read_outcome(path: Path) -> Outcome | None:
    """Return what came of a submission, or None where that isn't known."""
    return outcome_of(_document(path))


def write_info(out: Path, info: ClassInfo) -> None:
    """Keep the conditions of a class."""
    document = asdict(info) | {
        "points": dict(info.points),
        "began": info.began.isoformat(timespec="seconds"),
        "exercises": list(info.exercises),
    }
    write_json(out / "class.json", {"format": CLASS_FORMAT, **document})


def read_info(out: Path) -> ClassInfo | None:
    """Return the conditions of a class, or None where there is none."""
    document = _document(out / "class.json")
    try:
        fields = {name: document[name] for name in ClassInfo.__dataclass_fields__}
        fields["points"] = {str(id_): float(worth) for id_, worth in document["points"].items()}
        fields |= {"began": datetime.fromisoformat(fields["began"]), "seconds": float(fields["seconds"])}
        fields["exercises"] = tuple(str(each) for each in fields["exercises"])
        texts = ("title", "kit", "backend", "milvus", "python", "isolation")
        fields |= {name: str(fields[name]) for name in texts}
        return ClassInfo(**fields) if document["format"] == CLASS_FORMAT else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def read_class(out: Path) -> Class | None:
    """Return a class with every outcome that is known, in the order of the learners' ids; None where there is none."""
    info = read_info(out)
    if info is None:
        return None
    found = (read_outcome(path) for path in (out / SUBMISSIONS).glob("*/outcome.json"))
    return Class(info, in_order(outcome for outcome in found if outcome is not None))


def in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return outcomes in the order of the learners' ids."""
    return tuple(sorted(outcomes, key=lambda outcome: (outcome.learner.id, outcome.learner.folder)))


def write_outcomes(out: Path, outcomes: Iterable[Outcome]) -> None:
    """Keep the outcomes of a whole class."""
    outcomes = tuple(outcomes)
    names = file_names(outcome.learner for outcome in outcomes)
    for outcome in outcomes:
        write_outcome(outcome_path(out, names[outcome.learner]), outcome)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it is kept."""
    trouble = None if outcome.trouble is None else as_json(outcome.trouble)
    return {
        "format": OUTCOME_FORMAT,
        "learner": asdict(outcome.learner),
        "status": outcome.status,
        "key": outcome.key,
        "keys": dict(outcome.keys),
        "seed": outcome.seed,
        "trouble": trouble,
        "changed": list(outcome.changed),
        "commit": outcome.commit,
        "results": outcome.results,
    }


def outcome_of(document: object) -> Outcome | None:
    """Return the outcome that a document describes, or None where it describes none."""
    match document:
        case {
            "format": name,
            "learner": {"folder": str(folder), "id": str(id_), "pseudonym": str(pseudonym)},
            "status": str(status),
            "key": str(key),
            "keys": dict(keys),
            "seed": int(seed),
            "trouble": trouble,
            "changed": [*changed],
            "commit": str(commit),
            "results": dict() | None as results,
        } if name == OUTCOME_FORMAT and status in get_args(Status) and (status != "graded" or results):
            learner = Learner(folder, id_, pseudonym)
            names = tuple(str(each) for each in changed)
            own = {str(id_): str(each) for id_, each in keys.items()}
            return Outcome(learner, status, key, seed, from_json(trouble), names, commit, results, own)  # type: ignore[arg-type]
    return None


def _document(path: Path) -> Any:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return None
    except OSError:
        return None
    return read_json(path, None)
