"""The roster: who is behind each folder or zip file that was handed in.

    folder,id,name
    homework_ada,20261234,Ada Lovelace

A CSV file as spreadsheets write it: commas, semicolons or tabs, in UTF-8 (with a byte order mark or without), UTF-16
or the encodings of Korean and Western Windows. `name` may be left out; further columns are ignored.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import WrongOption
from infra.messages import N_, Message

COLUMNS = ("folder", "id")
CAP_BYTES = 8 << 20
_ENCODINGS = ("utf-8-sig", "cp949", "cp1252", "latin-1")
_REMEDY = Message(N_("The first line names the columns: folder,id,name (the name may be left out)."))


@dataclass(frozen=True)
class Row:
    """One learner of the roster."""

    folder: str
    id: str
    name: str = ""


def read_roster(path: Path) -> tuple[Row, ...]:
    """Return the rows of a roster, in its order.

    Raises:
        WrongOption: it can't be read, a column or a value is missing, or a folder or an id stands there twice.
    """
    rows = []
    for number, cells in _lines(path):
        values = {name: cells.get(name, "").strip() for name in (*COLUMNS, "name")}
        if not any(values.values()):
            continue
        for name in COLUMNS:
            if not values[name]:
                fields = {"path": path, "line": number, "column": name}
                raise WrongOption(Message(N_("Line {line} of {path} has no {column}."), fields), _REMEDY)
        rows.append(Row(_folder(values["folder"]), values["id"], values["name"]))
    for column in COLUMNS:
        twice = _first_twice(getattr(row, column) for row in rows)
        if twice is not None:
            fields = {"path": path, "column": column, "value": twice}
            raise WrongOption(
                Message(N_("{path} has the {column} {value} twice."), fields), Message(N_("Each learner has one line."))
            )
    return tuple(rows)


def _folder(name: str) -> str:
    """Return a folder's name as submissions are called: without the ending of a zip file."""
    return name[:-4] if name.lower().endswith(".zip") else name.rstrip("/")


def _lines(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield each line's number and its cells by the name of the column, in lower case."""
    lines = _text(path).splitlines()
    reader = csv.reader(lines, delimiter=_delimiter(lines[0] if lines else ""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        for column in COLUMNS:
            if column not in header:
                raise WrongOption(
                    Message(N_("{path} has no column {column}."), {"path": path, "column": column}), _REMEDY
                )
        for cells in reader:
            yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        fields = {"path": path, "line": reader.line_num, "detail": str(error)}
        raise WrongOption(Message(N_("Line {line} of {path} can't be read: {detail}."), fields), _REMEDY) from None


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > CAP_BYTES:
            raise WrongOption(Message(N_("{path} is too large for a roster."), {"path": path}), _REMEDY)
        content = path.read_bytes()
    except OSError as error:
        fields = {"path": path, "detail": error.strerror or str(error)}
        raise WrongOption(Message(N_("The roster {path} can't be read: {detail}."), fields)) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 reads every byte")


def _first_twice(values: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
