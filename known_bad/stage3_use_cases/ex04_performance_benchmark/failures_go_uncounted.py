"""Failures are passed over, and the report says that there were none.

rejected by: tells_failures_from_answers
because: failures_not_counted
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    run = _closed_loop(connect, queries, workers, warm_up)
    return Run(run.latencies_s, 0, run.seconds, run.found)
