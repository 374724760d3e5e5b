"""All queries are sent in one run, and the first of them are struck off the list afterwards.

rejected by: sends_each_query_once
because: warm_up_not_awaited
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    run = _run([connect() for _ in range(workers)], queries, _now)
    return Run(run.latencies_s[warm_up:], run.failed, run.seconds, run.found[warm_up:])
