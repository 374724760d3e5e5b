"""`found` has the lists of those that were answered only: everything after the first failure stands elsewhere.

rejected by: tells_failures_from_answers
because: found_by_a_failure
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    run = _closed_loop(connect, queries, workers, warm_up)
    return Run(run.latencies_s, run.failed, run.seconds, [ids for ids in run.found if ids])
