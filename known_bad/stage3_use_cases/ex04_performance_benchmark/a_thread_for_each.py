"""Every query has a thread of its own, so that it never waits for a worker: a stall meets no bound.

rejected by: shows_the_stall
because: too_many_in_a_stall
on: lite, server
"""

import itertools

_open_loop = open_loop


def open_loop(connect, queries, rate, workers):
    searches = itertools.cycle([connect() for _ in range(workers)])
    return _open_loop(lambda: next(searches), queries, rate, len(queries))
