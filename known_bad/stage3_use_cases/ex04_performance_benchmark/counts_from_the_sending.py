"""The latency of the open loop begins when the query is sent: a stall is seen once for each worker.

rejected by: shows_the_stall
because: coordinated_omission
on: lite, server
"""


def open_loop(connect, queries, rate, workers):
    searches = [connect() for _ in range(workers)]
    began = time.perf_counter()

    def when_due(place):
        time.sleep(max(began + place / rate - time.perf_counter(), 0))
        return time.perf_counter()

    return _run(searches, queries, when_due)
