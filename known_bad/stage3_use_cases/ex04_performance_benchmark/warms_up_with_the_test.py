"""The warm-up sends the queries that are measured afterwards.

rejected by: sends_each_query_once
because: sent_again
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    searches = [connect() for _ in range(workers)]
    _run(searches, queries[warm_up:][:warm_up], _now)
    return _run(searches, queries[warm_up:], _now)
