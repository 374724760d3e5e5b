"""Coverage is a share of the recommended places, and falls as more people are asked.

rejected by: evaluates
because: share_of_recommended
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    places = [film for films in recommended for film in films]
    figures = _figures(recommended, held_out, watched)
    figures["coverage"] = len(set(places)) / max(len(places), 1)
    return figures
