"""What fails is timed as well, and its latency stands among the others.

rejected by: tells_failures_from_answers
because: counts_failures_as_answers
on: lite, server
"""

_run_safely = _run


def _run(searches, queries, since):
    failures_s = []

    def timing(search):
        def timed(query):
            began = time.perf_counter()
            try:
                return search(query)
            except Exception:
                failures_s.append(time.perf_counter() - began)
                raise

        return timed

    run = _run_safely([timing(search) for search in searches], queries, since)
    return Run(run.latencies_s + failures_s, run.failed, run.seconds, run.found)
