"""The first worker warms up alone; the others connect when they get their first query, and that is measured.

rejected by: sends_each_query_once
because: connects_on_the_way
on: lite, server
"""


def closed_loop(connect, queries, workers, warm_up):
    first = connect()
    _run([first], queries[:warm_up], _now)

    def lazily(opened):
        def search(query):
            if not opened:
                opened.append(connect())
            return opened[0](query)

        return search

    return _run([first, *(lazily([]) for _ in range(workers - 1))], queries[warm_up:], _now)
