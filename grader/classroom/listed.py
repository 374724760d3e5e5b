"""Which submissions a command line names: folders, zip files and git checkouts, or one folder that holds many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.handed import Refused, is_junk, is_litter, open_handed
from grader.classroom.intake import holds_exercises
from grader.errors import WrongOption
from infra.messages import N_, Message


@dataclass(frozen=True)
class Listed:
    """One submission: what people call it, and where it lies.

    Attributes:
        name: of the folder, or of the zip file without its ending.
        path: the folder or the file.
    """

    name: str
    path: Path


def listed(paths: Sequence[Path], out: Path) -> tuple[Listed, ...]:
    """Return the submissions that some paths name, by name.

    One folder that isn't a submission itself stands for what it holds: each folder and each zip file in it.

    Args:
        paths: what stands on the command line.
        out: where the class is written; what lies there is no submission.

    Raises:
        WrongOption: a path is neither folder nor zip file, two submissions have the same name, or there is none.
    """
    for path in paths:
        if not _is_one(path):
            template = N_("{path} is neither a folder nor a zip file.") if path.exists() else N_("There is no {path}.")
            raise WrongOption(
                Message(template, {"path": path}),
                Message(N_("Name the folder that holds the submissions, or each of them.")),
            )
    if len(paths) == 1 and paths[0].is_dir() and not _is_submission(paths[0]):
        paths = [path for path in paths[0].iterdir() if _is_one(path)]
    kept = [path for path in paths if not is_junk(path.absolute().name) and path.resolve() != out.resolve()]
    if not kept:
        raise WrongOption(
            Message(N_("There are no submissions: no folder and no zip file.")),
            Message(N_("Name the folder that holds the submissions, or each of them.")),
        )
    by_name: dict[str, Path] = {}
    for path in kept:
        name = _name(path)
        if name in by_name:
            raise WrongOption(
                Message(N_("Two submissions are called {name}: {one} and {other}."), _pair(name, by_name[name], path)),
                Message(N_("Rename one of them, or leave one out.")),
            )
        by_name[name] = path
    return tuple(Listed(name, by_name[name]) for name in sorted(by_name))


def _pair(name: str, one: Path, other: Path) -> dict[str, object]:
    return {"name": name, "one": one, "other": other}


def _is_one(path: Path) -> bool:
    return path.is_dir() or (path.is_file() and path.suffix.lower() == ".zip" and not is_litter(path.name))


def _name(path: Path) -> str:
    return path.absolute().name if path.is_dir() else path.stem


def _is_submission(folder: Path) -> bool:
    """Say whether a folder holds exercises itself; one that can't be looked through is a submission, and refused."""
    try:
        return holds_exercises(open_handed(folder))
    except Refused:
        return False
