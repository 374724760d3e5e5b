"""The seconds of a run are the sum of its latencies, though they lay beside one another.

rejected by: times_the_whole_run
because: adds_up_workers
on: lite, server
"""

_run_together = _run


def _run(searches, queries, since):
    run = _run_together(searches, queries, since)
    return Run(run.latencies_s, run.failed, sum(run.latencies_s), run.found)
