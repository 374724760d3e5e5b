"""One way to search is opened, and all workers use it.

rejected by: sends_each_query_once
because: not_one_connection_each
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    searches = [connect()] * workers
    _run(searches, queries[:warm_up], _now)
    return _run(searches, queries[warm_up:], _now)
