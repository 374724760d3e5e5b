"""Hints: one more each time, from vague to concrete, and which of them somebody has read."""

from __future__ import annotations

from dataclasses import dataclass

from grader.curriculum import Exercise
from grader.storage import DOJO, read_json, set_aside, write_json

FILE = DOJO / "hints.json"


@dataclass(frozen=True)
class Hint:
    """One hint: its number, from 1, and its English text."""

    number: int
    text: str


def tell(exercise: Exercise, everything: bool = False) -> tuple[Hint, ...]:
    """Return the next hint and remember that it was told; all of them, once all were told or where all are wanted."""
    hints = tuple(Hint(number, text) for number, text in enumerate(exercise.hints, 1))
    before = told(exercise)
    if before == len(hints):
        return hints
    now = len(hints) if everything else before + 1
    known = read_json(FILE, None if FILE.exists() else {})
    if not isinstance(known, dict):
        set_aside(FILE)
        known = {}
    write_json(FILE, known | {exercise.id: now})
    return hints if everything else hints[before:now]


def told(exercise: Exercise) -> int:
    """Return how many hints of an exercise were told."""
    known = read_json(FILE, {})
    number = known.get(exercise.id) if isinstance(known, dict) else None
    return min(max(number, 0), len(exercise.hints)) if isinstance(number, int) else 0
