"""Which exercises a class was given and what each is worth there: `exercises/given.toml`, as `template` writes it.

    [points]
    "1.3" = 20
    "2.1" = 10

A repository that holds this file has these exercises and no others. `--points` takes this file, or any that looks the
same: whoever earns half of an exercise's points earns half of what the class gives for it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.errors import WrongOption
from infra.messages import N_, Message

FILE = "exercises/given.toml"


def read_points(path: Path) -> dict[str, float]:
    """Return the points of each exercise that a file names, by id.

    Raises:
        WrongOption: it can't be read, or says something else.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        detail = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _wrong(Message(N_("{path} can't be read: {detail}."), {"path": path, "detail": detail})) from None
    table = document.get("points")
    if not isinstance(table, dict) or not table:
        raise _wrong(Message(N_("{path} gives no exercise any points."), {"path": path}))
    points = {}
    for id_, worth in _flat(table):
        if isinstance(worth, bool) or not isinstance(worth, int | float) or not 0 < worth < math.inf:
            fields = {"path": path, "id": id_, "points": worth}
            raise _wrong(Message(N_("{path} says that {id} is worth {points}: a number above 0 is needed."), fields))
        points[id_] = float(worth)
    return points


def as_text(points: Mapping[str, float]) -> str:
    """Return the text of such a file."""
    rows = (f'"{id_}" = {worth:.12g}' for id_, worth in points.items())
    return "\n".join(["# The exercises that were given out, and what each is worth.", "[points]", *rows]) + "\n"


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Give ids and values; TOML reads a key such as 1.3 without quotes as a table within a table."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{rest}", worth) for rest, worth in value.items())
        else:
            yield key, value


def _wrong(message: Message) -> WrongOption:
    return WrongOption(message, Message(N_('It looks like this: [points] in one line, then "1.3" = 20 and so on.')))
