"""The queries of the warm-up are left out, and nothing is warm.

rejected by: sends_each_query_once
because: no_warm_up
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    return _run([connect() for _ in range(workers)], queries[warm_up:], _now)
