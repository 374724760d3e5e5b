"""File names for learners: safe on every file system, whatever a learner is called.

Two learners never get the same name, not even where the file system takes `Ada` and `ada` for one, and the same
learner gets the same name on every machine.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from grader.classroom.outcome import Learner

LONGEST = 60
"""Characters of a name without its ending; Windows still stumbles over paths beyond 260."""


def safe_name(text: str) -> str:
    """Return a file name without its ending: lower-case letters, digits, `-`, `_` and `.` in between.

    A text that is such a name already stays as it is. Any other one becomes its readable remains, `~`, and a digest
    of the whole; no text of the first kind has a `~`, so the two kinds never meet.
    """
    if _PLAIN.fullmatch(text) and len(text) <= LONGEST and text.split(".")[0] not in _RESERVED:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    ascii_ = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[: LONGEST - len(digest) - 1].strip("-")
    return f"{readable or 'learner'}~{digest}"


def file_names(learners: Iterable[Learner]) -> dict[Learner, str]:
    """Return each learner's file name, made of the id, and of the folder too where an id stands there twice."""
    names: dict[Learner, str] = {}
    taken: set[str] = set()
    for learner in learners:
        name = safe_name(learner.id)
        if name in taken:
            name = safe_name(f"{learner.id}\0{learner.folder}")
        taken.add(name)
        names[learner] = name
    return names


_PLAIN = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9_-])?")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
