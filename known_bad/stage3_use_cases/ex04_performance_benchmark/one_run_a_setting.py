"""Each setting runs once, and its figures stand in the rows of all numbers of workers.

rejected by: sweeps
because: not_measured_anew
on: lite, server
"""

_sweep = sweep


def sweep(connect, queries, truth, settings, workers, warm_up):
    rows = _sweep(connect, queries, truth, settings, workers[:1], warm_up)
    return [row | {"workers": number} for row in rows for number in workers]
