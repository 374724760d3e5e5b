"""Reads what was found last of each exercise from `.dojo/results/`: as documents that anybody may have edited.

What isn't as `results.schema.json` describes it is left out, or the whole document counts as unreadable. Texts are cut
to what a person reads, and their control characters, those of bidirectional writing too, are made visible.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from grader import measured, sentences
from grader.measured import AT_MOST, LARGEST, Measured
from grader.results import FORMAT
from grader.storage import read_json
from grader.terminal import visible
from grader.translate import translated
from grader.verdict import Status
from infra.messages import Message

LARGEST_FILE = 8 << 20
"""Bytes of a document beyond which it isn't opened: a run keeps much less of what learner code prints."""
MOST_CHECKS = 60
WORD = 120
"""Characters of a name that are shown."""


@dataclass(frozen=True)
class Room:
    """How much of what a check found is shown.

    Attributes:
        sentence: characters of why it didn't pass.
        printed: characters of what the code printed, and of the learner's own lines.
        lines: lines of either.
    """

    sentence: int = 1_500
    printed: int = 4_000
    lines: int = 40


FULL = Room()


@dataclass(frozen=True)
class Cut:
    """The beginning of a longer text.

    Attributes:
        text: safe to show, of a bounded number of lines.
        more: how many characters were left out.
    """

    text: str
    more: int = 0


@dataclass(frozen=True)
class GradedCheck:
    """How one check ended; every text in the reader's language and safe to show.

    Attributes:
        title: what was checked.
        status: pass, fail or not graded.
        points: what a pass earns.
        reason: its id; empty for a pass.
        message: why it didn't pass.
        where: the learner's own lines.
        printed: what the code printed.
        blocked: whether it wasn't run since another one didn't pass.
        measured: charts and tables, with their msgids as they are.
    """

    title: str
    status: Status
    points: float
    reason: str
    message: str
    where: Cut
    printed: Cut
    blocked: bool
    measured: tuple[Measured, ...]


@dataclass(frozen=True)
class Graded:
    """The last run of one exercise.

    Attributes:
        backend: on which backend.
        version: what its server called itself.
        seed: what makes the same data again; empty where the document doesn't say.
        began: when, or None where the document doesn't say.
        seconds: how long the run took.
        checks: in the order in which they ran.
    """

    backend: str
    version: str
    seed: str
    began: datetime | None
    seconds: float
    checks: tuple[GradedCheck, ...]


Read: TypeAlias = Graded | Literal["unreadable"] | None


def read(path: Path, exercise_id: str) -> Read:
    """Return what a document says of an exercise, `unreadable` where that makes no sense, None where there is none."""
    document = None
    with contextlib.suppress(OSError, RecursionError):
        if not path.exists():
            return None
        document = read_json(path, None) if path.is_file() and path.stat().st_size <= LARGEST_FILE else None
    return understood(document, exercise_id) or "unreadable"


def understood(document: object, exercise_id: str) -> Graded | None:
    """Return what a document of `grader.results` says of an exercise, or None where it isn't one."""
    match document:
        case {"format": str(name), "exercises": [{"id": str(own), "checks": [*rows]} as exercise, *_]} if (
            name == FORMAT and own == exercise_id
        ):
            checks = tuple(check for row in rows[:MOST_CHECKS] if (check := graded_check(row)) is not None)
            top = cast("dict[str, Any]", document)
            seed = top.get("seed")
            return Graded(
                backend=inert(exercise.get("backend")),
                version=inert(exercise.get("milvus")),
                seed=str(seed) if type(seed) is int and 0 <= seed < 2**63 else "",
                began=moment(top.get("began")),
                seconds=_number(top.get("seconds")),
                checks=checks,
            )
    return None


def graded_check(row: object, room: Room = FULL) -> GradedCheck | None:
    """Return what a document says of one check, or None where that makes no sense."""
    match row:
        case {"title": str(title), "status": str(status)} if status in get_args(Status):
            document = cast("dict[str, Any]", row)
        case _:
            return None
    kept = document.get("measured")
    found = [measured.from_json(one) for one in kept[: AT_MOST["measured"]]] if isinstance(kept, list) else []
    return GradedCheck(
        title=inert(translated(title), room.sentence),
        status=cast(Status, status),
        points=_number(document.get("points")),
        reason=inert(document.get("reason")),
        message=inert(_sentence(document), room.sentence),
        where=_lines(document.get("where"), room),
        printed=_lines(document.get("printed"), room),
        blocked=isinstance(document.get("blocked_by"), str),
        measured=tuple(one for one in found if one is not None),
    )


def moment(text: object) -> datetime | None:
    """Return a moment with its time zone from ISO 8601, or None where it isn't one."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        found = datetime.fromisoformat(cast(str, text))
        return found if found.tzinfo is not None and 1971 < found.year < 9000 else None
    return None


def inert(text: object, most: int = WORD) -> str:
    """Return a text as it may be shown: of bounded length, with every control character visible."""
    if not isinstance(text, str):
        return ""
    return visible(text[:most]) + "…" * (len(text) > most)


def _lines(text: object, room: Room) -> Cut:
    """Return the beginning of what may be many lines, or one that never ends."""
    if not isinstance(text, str):
        return Cut("")
    whole = text.rstrip()
    kept = "\n".join(whole[: room.printed].split("\n")[: room.lines])
    return Cut(visible(kept), len(whole) - len(kept))


def _sentence(document: dict[str, Any]) -> object:
    """Return why a check ended so, in the reader's language where the catalogue has the sentence, else in English."""
    message = sentences.from_json(document.get("sentence"))
    # Only what the catalogue knows is a template here: English stands in the document already, with every value in it.
    if message is not None and _is_known(message):
        fields = {name: _field(value) for name, value in message.fields.items()}
        return sentences.told(Message(message.template, fields)) or document.get("message")
    return document.get("message")


def _is_known(message: Message) -> bool:
    return translated(message.template) != message.template


def _field(value: object) -> object:
    return inert(value.template) if isinstance(value, Message) and not _is_known(value) else value


def _number(value: object) -> float:
    """Return a number of points or seconds; 0 where it isn't one that could be."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < LARGEST:
        return float(value)
    return 0.0
