"""A sender sleeps 1 / rate after each answer: a closed loop with pauses.

rejected by: keeps_to_the_schedule
because: falls_behind
on: lite, server
"""


def open_loop(connect, queries, rate, workers):
    def pause(place):
        time.sleep(1 / rate)
        return time.perf_counter()

    return _run([connect()], queries, pause)
