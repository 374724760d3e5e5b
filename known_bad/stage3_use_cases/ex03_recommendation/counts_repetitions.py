"""Coverage counts a film each time that it is recommended.

rejected by: evaluates
because: counts_places
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    places = [film for films in recommended for film in films]
    figures = _figures(recommended, held_out, watched)
    figures["coverage"] = len(places) / len(watched)
    return figures
