"""A lock around the client, since nobody knows whether it may be used by several threads.

rejected by: keeps_its_workers_busy
because: one_at_a_time
on: lite, server
"""

import threading

_closed_loop, _lock = closed_loop, threading.Lock()


def closed_loop(connect, queries, workers, warm_up):
    def locking():
        search = connect()

        def locked(query):
            with _lock:
                return search(query)

        return locked

    return _closed_loop(locking, queries, workers, warm_up)
