"""Hits are divided by the recommended films: that is precision.

rejected by: evaluates
because: precision
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    places = [film for films in recommended for film in films]
    figures = _figures(recommended, held_out, watched)
    hits = sum(film in films for film, films in zip(held_out, recommended, strict=True))
    figures["hit_rate"] = hits / max(len(places), 1)
    return figures
