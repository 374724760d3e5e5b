"""Puts the stub of an exercise back, and the learner's files aside, in an order that never loses any work.

First everything that differs is copied into a new folder below `.dojo/kept`. Only when all copies are on the disk is
each file replaced, in one step; an interruption or a full disk leaves each file as it was, or as it shall be.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from grader.curriculum import ROOT, Exercise
from grader.errors import KitError
from grader.storage import DOJO, cannot_write, write_text
from grader.stubs import stub
from infra.messages import N_, Message

KEPT = DOJO / "kept"


def reset(exercise: Exercise) -> Path | None:
    """Put the stub back.

    Returns:
        The folder with what the learner had, with nothing in it where nothing was there; None where nothing differs.

    Raises:
        CannotWrite: no work is lost: each file is where it was, or in a folder below KEPT.
        KitError: there is no pristine copy, or a file can't be read.
    """
    differing = {path: text for path, text in stub(exercise).items() if not _holds(path, text)}
    if not differing:
        return None
    base = exercise.file("exercises").parent
    with _failing_as_a_sentence(KEPT):
        kept = _new_folder(KEPT / exercise.id)
        try:
            for path in differing:
                _copy(path, kept / path.relative_to(base))
        except BaseException:  # Ctrl-C too: everything is still where it was, so half a copy is of no use
            shutil.rmtree(kept, ignore_errors=True)
            raise
    for path, text in differing.items():
        for place in (path.parent, path):
            with _failing_as_a_sentence(place):
                _move_what_is_no_file(place, path, kept)
        write_text(path, text)
    return kept


def _holds(path: Path, text: str) -> bool:
    """Say whether a path is a plain file with this text; the ends of lines may be another system's."""
    try:
        return not path.is_symlink() and path.is_file() and path.read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        return False


def _new_folder(parent: Path) -> Path:
    """Make a folder named after this moment; one that is there already is somebody's work."""
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")  # local: for somebody who remembers when it was
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = parent / (moment if number == 1 else f"{moment}_{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _copy(path: Path, copy: Path) -> None:
    """Copy a file, or the file that a link leads to, and see it on the disk; what is no file is moved later."""
    if not path.is_file():
        return
    try:
        source = path.open("rb")
    except OSError as error:
        raise KitError(
            Message(
                N_("{path} can't be read, so it stays as it is: {detail}."),
                {"path": path.relative_to(ROOT), "detail": error.strerror},
            ),
            Message(N_("Make it readable for you, or move it away, then run the same command again.")),
        ) from None
    copy.parent.mkdir(parents=True, exist_ok=True)
    with source, copy.open("xb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())


def _move_what_is_no_file(place: Path, path: Path, kept: Path) -> None:
    """Move away what can't be replaced by a file: a folder, a link to nowhere, or a file where a folder must be."""
    fits = place.is_file() if place == path else place.is_dir()
    if os.path.lexists(place) and not fits:
        shutil.move(place, kept / place.name)


@contextlib.contextmanager
def _failing_as_a_sentence(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(place, error) from None
