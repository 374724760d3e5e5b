"""The mean of the means of lists, in which short lists weigh more.

rejected by: evaluates
because: mean_of_means
on: lite
"""

from __future__ import annotations

_figures = evaluate


def evaluate(recommended, held_out, watched):
    figures = _figures(recommended, held_out, watched)
    figures["popularity"] = float(np.mean([watched[films].mean() for films in recommended if films] or [0]))
    return figures
