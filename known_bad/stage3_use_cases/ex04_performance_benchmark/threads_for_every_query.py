"""A thread for every query: the number of workers is nobody's business.

rejected by: keeps_its_workers_busy
because: too_many_at_once
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    searches = [connect() for _ in range(workers)]
    _run(searches, queries[:warm_up], _now)
    return _run((searches * len(queries))[: len(queries)], queries[warm_up:], _now)
