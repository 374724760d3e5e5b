"""The rate isn't looked at: everything is sent as fast as it goes.

rejected by: keeps_to_the_schedule
because: sent_early
on: lite, server
"""


def open_loop(connect, queries, rate, workers):
    return _run([connect() for _ in range(workers)], queries, _now)
