"""Of each setting only the fastest row is returned.

rejected by: sweeps
because: not_a_row_each
on: lite, server
"""

_sweep = sweep


def sweep(connect, queries, truth, settings, workers, warm_up):
    rows = _sweep(connect, queries, truth, settings, workers, warm_up)
    return [max((row for row in rows if row["params"] == params), key=lambda row: row["qps"]) for params in settings]
