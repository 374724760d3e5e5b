"""The mean is called the median; in a test with even latencies the two are the same.

rejected by: reports_percentiles
because: mean_as_median
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    figures = _summarise(latencies_s, failed, seconds)
    return figures | {"p50_ms": figures["mean_ms"]}
