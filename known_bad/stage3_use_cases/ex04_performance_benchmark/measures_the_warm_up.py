"""The clock starts before the warm-up.

rejected by: times_the_whole_run
because: warm_up_counted
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    searches = [connect() for _ in range(workers)]
    began = time.perf_counter()
    _run(searches, queries[:warm_up], _now)
    run = _run(searches, queries[warm_up:], _now)
    return Run(run.latencies_s, run.failed, time.perf_counter() - began, run.found)
