"""The popularity of the different films is averaged, however often each is recommended.

rejected by: evaluates
because: counts_films_once
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    places = [film for films in recommended for film in films]
    figures = _figures(recommended, held_out, watched)
    figures["popularity"] = float(watched[sorted(set(places))].mean()) if places else 0.0
    return figures
