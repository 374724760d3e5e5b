"""The percentile is read off the list as the answers came in.

rejected by: reports_percentiles
because: order_of_arrival
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    last = len(latencies_s) - 1
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    at = {name: 1e3 * latencies_s[int(share * last)] for name, share in shares.items() if latencies_s}
    return _summarise(latencies_s, failed, seconds) | at
