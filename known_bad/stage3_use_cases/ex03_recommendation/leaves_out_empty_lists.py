"""Users whose list is empty are left out of the mean.

rejected by: evaluates
because: skips_empty_lists
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    figures = _figures(recommended, held_out, watched)
    asked = [film in films for film, films in zip(held_out, recommended, strict=True) if films]
    figures["hit_rate"] = sum(asked) / max(len(asked), 1)
    return figures
