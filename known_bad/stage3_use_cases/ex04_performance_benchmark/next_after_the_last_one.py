"""Each query is due 1 / rate after the last one was sent: a stall shifts all that come after it.

rejected by: shows_the_stall
because: shifts_the_schedule
on: lite, server
"""

import threading


def open_loop(connect, queries, rate, workers):
    searches = [connect() for _ in range(workers)]
    sending, last = threading.Lock(), [time.perf_counter() - 1 / rate]

    def when_due(place):
        with sending:
            due = last[0] + 1 / rate
            time.sleep(max(due - time.perf_counter(), 0))
            last[0] = time.perf_counter()
            return last[0]

    return _run(searches, queries, when_due)
