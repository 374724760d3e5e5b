"""The slowest answer is reported as p99.

rejected by: reports_percentiles
because: maximum
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    figures = _summarise(latencies_s, failed, seconds)
    return figures | {"p99_ms": 1e3 * max(latencies_s, default=np.nan)}
