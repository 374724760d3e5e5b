"""The percentiles are in seconds, though their names say milliseconds.

rejected by: reports_percentiles
because: unit
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    figures = _summarise(latencies_s, failed, seconds)
    return figures | {name: figures[name] / 1e3 for name in ("mean_ms", "p50_ms", "p95_ms", "p99_ms")}
