"""Writes the kit's own files so that a crash or a full disk never costs what was there before."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
from pathlib import Path
from typing import Any

from grader.curriculum import ROOT
from grader.errors import CannotWrite
from infra.messages import N_, Message

DOJO = ROOT / ".dojo"
"""Progress and choices of this clone; REPORTS holds what people read."""
REPORTS = ROOT / "reports"


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step: a reader sees the old text or the new, never a part.

    Raises:
        CannotWrite: the disk is full or the folder isn't writable; the old file is untouched.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("x", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:  # after Ctrl-C too
        with contextlib.suppress(OSError):
            scratch.unlink()


def write_json(path: Path, document: object) -> None:
    """Replace a JSON file in one step."""
    write_text(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def append_json(path: Path, document: object) -> None:
    """Add one line of JSON to a log.

    Raises:
        CannotWrite: the disk is full or the folder isn't writable.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(json.dumps(document, ensure_ascii=False) + "\n")
    except OSError as error:
        raise cannot_write(path, error) from None


def read_json(path: Path, otherwise: Any) -> Any:
    """Return a JSON file's content, or `otherwise` where it is missing, unreadable or nested beyond all reason."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return otherwise


def set_aside(path: Path) -> Path | None:
    """Rename a file of the kit's own that makes no sense, so that nothing written in its place destroys it.

    Returns:
        The new name beside the old one, never one that is taken; None where there is no such file.

    Raises:
        CannotWrite: the folder isn't writable.
    """
    aside = path.with_name(f"{path.stem}.unreadable-{secrets.token_hex(4)}{path.suffix}")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot_write(path, error) from None
    return aside


def remove(path: Path) -> None:
    """Delete a file of the kit's own, if it is there.

    Raises:
        CannotWrite: the folder isn't writable.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Say in a sentence why a file couldn't be written."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    if error.errno == errno.ENOSPC:
        return CannotWrite(
            Message(
                N_("The disk is full: {path} can't be written. What was there before is untouched."),
                {"path": shown},
            ),
            Message(N_("Free some space, then run the same command again.")),
        )
    return CannotWrite(
        Message(N_("{path} can't be written: {detail}."), {"path": shown, "detail": error.strerror}),
        Message(N_("Make its folder writable for you, then run the same command again.")),
    )
