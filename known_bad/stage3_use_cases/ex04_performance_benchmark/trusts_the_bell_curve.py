"""p95 and p99 are so many standard deviations above the mean, as they would be for a bell curve.

rejected by: reports_percentiles
because: bell_curve
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    figures = _summarise(latencies_s, failed, seconds)
    deviation = 1e3 * np.std(latencies_s) if latencies_s else np.nan
    mean = figures["mean_ms"]
    return figures | {"p95_ms": mean + 1.645 * deviation, "p99_ms": mean + 2.326 * deviation}
