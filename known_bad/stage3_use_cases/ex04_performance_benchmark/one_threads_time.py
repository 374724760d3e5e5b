"""QPS divides by the sum of the latencies: that is the time one worker would have taken.

rejected by: counts_answers_only
because: one_threads_time
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    qps = len(latencies_s) / sum(latencies_s) if latencies_s else 0.0
    return _summarise(latencies_s, failed, seconds) | {"qps": qps}
