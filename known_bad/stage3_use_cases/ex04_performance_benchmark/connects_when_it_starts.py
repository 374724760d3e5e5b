"""Each worker connects when its thread starts, and some are searching already meanwhile.

rejected by: sends_each_query_once
because: connects_on_the_way
on: lite, server
"""

import threading


def closed_loop(connect, queries, workers, warm_up):
    searches, opening = {}, threading.Lock()

    def lazily(worker):
        def search(query):
            if worker not in searches:
                with opening:
                    searches[worker] = connect()
            return searches[worker](query)

        return search

    lazy = [lazily(worker) for worker in range(workers)]
    _run(lazy, queries[:warm_up], _now)
    return _run(lazy, queries[warm_up:], _now)
