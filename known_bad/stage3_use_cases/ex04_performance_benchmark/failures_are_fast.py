"""Every query that came back counts for QPS, also those that failed.

rejected by: counts_answers_only
because: counts_failures
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    return _summarise(latencies_s, failed, seconds) | {"qps": (len(latencies_s) + failed) / seconds}
