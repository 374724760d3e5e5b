"""The figures are kept in one dict, which all rows share: in the end all are those of the last run.

rejected by: sweeps
because: figures_of_another_run
on: lite, server
"""

_sweep = sweep


def sweep(connect, queries, truth, settings, workers, warm_up):
    rows = _sweep(connect, queries, truth, settings, workers, warm_up)
    return [row | {name: rows[-1][name] for name in ("qps", "p50_ms", "p95_ms", "p99_ms")} for row in rows]
