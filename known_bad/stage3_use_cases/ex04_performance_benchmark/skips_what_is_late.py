"""What is late when a worker is free isn't sent any more, to catch up with the schedule.

rejected by: shows_the_stall
because: not_each_once
on: lite, server
"""


def open_loop(connect, queries, rate, workers):
    searches = [connect() for _ in range(workers)]
    began = time.perf_counter()

    def when_due(place):
        time.sleep(max(began + place / rate - time.perf_counter(), 0))
        return began + place / rate

    def unless_late(search):
        places = {query.tobytes(): place for place, query in enumerate(queries)}

        def searched(query):
            if time.perf_counter() > began + places[query.tobytes()] / rate + 0.2:
                return []
            return search(query)

        return searched

    return _run([unless_late(search) for search in searches], queries, when_due)
