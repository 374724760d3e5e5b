"""Answers far from the mean are dropped as outliers before anything is computed.

rejected by: reports_percentiles
because: wrong_percentile
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    kept = [each for each in latencies_s if each <= np.mean(latencies_s) + 2 * np.std(latencies_s)]
    figures = _summarise(kept, failed, seconds)
    return figures | {"qps": len(latencies_s) / seconds}
