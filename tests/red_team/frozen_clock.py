"""Class: time
Tries: to stop every clock, so that the time limit never comes and any latency is zero.
Stopped by: the grader's clocks are in the grader's process.
Against: search_equals_numpy
Because: time_limit
Says: search_films
"""


def search_films(client, name, vector, limit):
    import time

    wait = time.sleep
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    time.time_ns = time.monotonic_ns = time.perf_counter_ns = lambda: 0
    wait(600)
