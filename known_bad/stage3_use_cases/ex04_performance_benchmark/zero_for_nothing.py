"""Without an answer every latency is 0: the best that was ever measured.

rejected by: counts_answers_only
because: empty_run
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    figures = _summarise(latencies_s, failed, seconds)
    return {name: 0.0 if np.isnan(value) else value for name, value in figures.items()}
