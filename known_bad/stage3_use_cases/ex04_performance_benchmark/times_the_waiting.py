"""All queries are submitted to a pool at once, and the clock of each starts there: it waits for a worker.

rejected by: times_each_answer
because: slower_than_it_was
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    searches = [connect() for _ in range(workers)]
    _run(searches, queries[:warm_up], _now)
    submitted = time.perf_counter()
    return _run(searches, queries[warm_up:], lambda _: submitted)
