"""Who is in the class: what was handed in, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.listed import Listed
from grader.classroom.outcome import Learner
from grader.classroom.roster import Row
from grader.classroom.secret import pseudonyms
from grader.errors import WrongOption
from infra.messages import N_, Message


@dataclass(frozen=True)
class Entry:
    """One learner, and where what was handed in lies; None for who is on the roster and has handed in nothing."""

    learner: Learner
    path: Path | None


def entries(submissions: Sequence[Listed], roster: Sequence[Row], secret: str) -> tuple[Entry, ...]:
    """Return everybody who has handed in or is on the roster, in the order of their ids.

    Who isn't on the roster is called what the folder is called.

    Raises:
        WrongOption: two would have the same id.
    """
    rows = {row.folder: row for row in roster}
    found = [(rows[each.name].id if each.name in rows else each.name, each.name, each.path) for each in submissions]
    handed_in = {each.name for each in submissions}
    all_ = found + [(row.id, row.folder, None) for row in roster if row.folder not in handed_in]
    folders: dict[str, str] = {}
    for id_, folder, _ in all_:
        if id_ in folders:
            raise WrongOption(
                Message(
                    N_("Two learners have the id {id}: {one} and {other}."),
                    {"id": id_, "one": folders[id_], "other": folder},
                ),
                Message(N_("Give each a line of their own in the roster.")),
            )
        folders[id_] = folder
    names = pseudonyms(secret, folders)
    return tuple(Entry(Learner(folder, id_, names[id_]), path) for id_, folder, path in sorted(all_, key=_by_id))


def strangers(submissions: Sequence[Listed], roster: Sequence[Row]) -> tuple[str, ...]:
    """Return the submissions that the roster doesn't name."""
    known = {row.folder for row in roster}
    return tuple(each.name for each in submissions if each.name not in known)


def _by_id(row: tuple[str, str, Path | None]) -> tuple[str, str]:
    return row[0], row[1]
