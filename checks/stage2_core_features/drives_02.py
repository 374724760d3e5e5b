"""Situations for the checks of 2.2; each runs beside the learner's code, and what it returns is the learner's word."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def fronts(exercise: ModuleType, cases: list[list[list[Any]]]) -> list[Any]:
    """Have pareto_front answer once for each set of settings, which are tuples as the brief says."""
    return [exercise.pareto_front([tuple(point) for point in points]) for points in cases]
