"""The time of the run is divided among its queries: every one gets the same latency.

rejected by: times_each_answer
because: faster_than_possible
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    run = _closed_loop(connect, queries, workers, warm_up)
    return Run([run.seconds / len(run.latencies_s)] * len(run.latencies_s), run.failed, run.seconds, run.found)
