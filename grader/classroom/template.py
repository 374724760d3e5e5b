"""Makes the repository that a class gets: the exercises as stubs, and all that grades them, without any answer.

Every file comes from one commit of this clone. So nothing that lies about here can get into it: no submission, roster
or report, and no exercise that somebody has solved in place.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import given
from grader.classroom import workflow
from grader.classroom.pinned import Pinned
from grader.classroom.welcome import readme
from grader.curriculum import ROOT, Exercise
from grader.errors import WrongOption
from grader.storage import cannot_write
from grader.version import ask_git
from infra.messages import N_, Message

TAKEN = (
    *("checks", "fixtures", "grader", "infra"),
    *("curriculum.toml", "noxfile.py", "pyproject.toml", "LICENSE", ".gitignore"),
)
"""What is taken from the commit as it is. Solutions, mistakes, tests and the pages for teachers aren't among it."""


@dataclass(frozen=True)
class Template:
    """What is given out.

    Attributes:
        exercises: in order.
        points: what each of them is worth, by id.
        kit: the commit that it is made from.
        title: heads the README; may be empty.
        deadline: as people say it; may be empty.
    """

    exercises: tuple[Exercise, ...]
    points: Mapping[str, float]
    kit: Pinned
    title: str = ""
    deadline: str = ""


def write(template: Template, target: Path) -> int:
    """Write a template to a new or empty folder: the whole of it or, whatever happens, nothing.

    Returns:
        The number of its files.

    Raises:
        CannotWrite: the disk is full, or the folder above isn't writable.
        WrongOption: there is something already, or it lies in the kit, or the commit can't be given out.
    """
    target = target.resolve()
    _require_free(target)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        _unpack(template.kit, beside)
        for name, text in _texts(template, beside).items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        count = sum(path.is_file() for path in beside.rglob("*"))
        if target.is_dir():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def has_changes() -> bool:
    """Say whether files that templates are made of differ here from the commit that is checked out."""
    return bool(ask_git("status", "--porcelain", "--untracked-files=no", "--", *TAKEN))


def _require_free(target: Path) -> None:
    if target.is_relative_to(ROOT):
        raise WrongOption(
            Message(N_("{path} lies in the kit itself."), {"path": target}),
            Message(N_("Name a folder beside it, such as {path}."), {"path": ROOT.with_name("exercises-for-my-class")}),
        )
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise WrongOption(
            Message(N_("{path} isn't empty, and what is there stays."), {"path": target}),
            Message(N_("Name a folder that is new or empty.")),
        )


def _unpack(kit: Pinned, folder: Path) -> None:
    """Write what is taken from the commit."""
    archive = folder / "taken.tar"
    if ask_git("archive", "--format=tar", f"--output={archive}", kit.revision, "--", *TAKEN) is None:
        raise _unusable(kit)
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # the first releases of 3.11 have none
        tar.extractall(folder)
    archive.unlink()
    if not (folder / "grader" / "given.py").is_file():  # such a commit doesn't know that a class may have some only
        raise _unusable(kit)


def _texts(template: Template, folder: Path) -> dict[str, str]:
    """Return what isn't in the commit as it is, by name: the pristine exercises, and what tells of this class."""
    stubs: dict[str, str] = json.loads((folder / "grader" / "stubs.json").read_text(encoding="utf-8"))
    names = [
        path.relative_to(ROOT).as_posix() for exercise in template.exercises for path in exercise.paths("exercises")
    ]
    if not stubs.keys() >= set(names):
        raise _unusable(template.kit)
    texts = {name: stubs[name] for name in names}
    texts[given.FILE] = given.as_text(template.points)
    texts["README.md"] = readme(
        template.exercises, template.points, template.title, template.deadline, on_push=bool(template.kit.repository)
    )
    if template.kit.repository:
        texts[workflow.PATH] = workflow.workflow(template.kit)
    return texts


def _unusable(kit: Pinned) -> WrongOption:
    return WrongOption(
        Message(N_("The commit {revision} can't be given out: it isn't all there."), {"revision": kit.revision[:12]}),
        Message(
            N_("Take a newer one, which has these exercises and this command: the one that is checked out, usually.")
        ),
    )
