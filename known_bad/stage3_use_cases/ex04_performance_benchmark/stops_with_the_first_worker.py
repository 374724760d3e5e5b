"""The clock stops when the first worker finds no more queries; the others are still waiting for answers.

rejected by: times_the_whole_run
because: too_short
on: lite, server
"""

_run_to_the_end = _run


def _run(searches, queries, since):
    ends = []

    def noting(place):
        ends.append(time.perf_counter())
        return since(place)

    began = time.perf_counter()
    run = _run_to_the_end(searches, queries, noting)
    return Run(run.latencies_s, run.failed, ends[-1] - began, run.found)
