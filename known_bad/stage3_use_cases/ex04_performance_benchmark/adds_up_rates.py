"""Each worker divides its answers by its own time, and the rates are added up.

rejected by: times_the_whole_run
because: too_short
on: lite, server
"""

_run_together = _run


def _run(searches, queries, since):
    began, done = time.perf_counter(), [[] for _ in searches]

    def noting(search, mine):
        def noted(query):
            ids = search(query)
            mine.append(time.perf_counter() - began)
            return ids

        return noted

    run = _run_together([noting(*each) for each in zip(searches, done, strict=True)], queries, since)
    qps = sum(len(mine) / mine[-1] for mine in done if mine)
    return Run(run.latencies_s, run.failed, len(run.latencies_s) / qps if qps else run.seconds, run.found)
