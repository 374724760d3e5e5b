"""The open loop has one sender, which waits for each answer before it looks at the schedule again.

rejected by: keeps_to_the_schedule
because: falls_behind
on: lite, server
"""

_open_loop = open_loop


def open_loop(connect, queries, rate, workers):
    return _open_loop(connect, queries, rate, 1)
