"""Joins the parts of a class into one: nothing is graded, and nothing is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.classroom.outcome import Class, ClassInfo, Outcome
from grader.classroom.stored import in_order, read_class, write_info, write_outcomes
from grader.errors import WrongOption
from infra.messages import N_, Message

SAME = ("kit", "exercises", "points", "backend", "milvus", "isolation")
"""What has to be the same in all parts, or their points would mean different things."""


def merge(parts: Sequence[Path], out: Path) -> Class:
    """Write the class that some parts make up, and return it.

    A learner who is in several parts counts once: with a result rather than without, else as in the part named last.

    Raises:
        WrongOption: a folder holds no class, or two parts were graded under different conditions.
    """
    classes = []
    for part in parts:
        class_ = read_class(part)
        if class_ is None:
            raise WrongOption(
                Message(N_("{path} holds no class."), {"path": part}),
                Message(N_("Name the folders that autograde has written to, with --out.")),
            )
        classes.append(class_)
    infos = [class_.info for class_ in classes]
    for info, part in zip(infos, parts, strict=True):
        _require_same(infos[0], info, parts[0], part)
    best: dict[str, Outcome] = {}
    for class_ in classes:
        for outcome in class_.outcomes:
            before = best.get(outcome.learner.id)
            if before is None or before.status == "not_graded" or outcome.status != "not_graded":
                best[outcome.learner.id] = outcome
    info = replace(
        infos[0],
        title=next((info.title for info in infos if info.title), ""),
        began=min(info.began for info in infos),
        seconds=round(sum(info.seconds for info in infos), 3),
    )
    merged = Class(info, in_order(best.values()))
    write_info(out, info)
    write_outcomes(out, merged.outcomes)
    return merged


def _require_same(one: ClassInfo, other: ClassInfo, first: Path, second: Path) -> None:
    for name in SAME:
        if getattr(one, name) != getattr(other, name):
            fields = {
                "name": name,
                "one": _shown(getattr(one, name)),
                "other": _shown(getattr(other, name)),
                "first": first,
                "second": second,
            }
            raise WrongOption(
                Message(
                    N_("The parts don't belong together: {name} is {one} in {first} and {other} in {second}."), fields
                ),
                Message(N_("Grade both under the same conditions: kit, exercises, points and backend.")),
            )


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{id_} = {points:g}" for id_, points in value.items()) or "–"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
