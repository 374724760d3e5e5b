"""The clock starts before the workers connect.

rejected by: times_the_whole_run
because: set_up_counted
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    began = time.perf_counter()
    run = _closed_loop(connect, queries, workers, warm_up)
    return Run(run.latencies_s, run.failed, time.perf_counter() - began, run.found)
