"""As many queries as there are workers are sent at once, and the next ones when all have come back.

rejected by: keeps_its_workers_busy
because: idle_workers
on: lite, server
"""

_run_freely = _run


def _run(searches, queries, since):
    began, at_once = time.perf_counter(), len(searches)
    batches = [queries[start : start + at_once] for start in range(0, len(queries), at_once)]
    runs = [_run_freely(searches, batch, since) for batch in batches]
    latencies_s = [each for run in runs for each in run.latencies_s]
    found = [ids for run in runs for ids in run.found]
    return Run(latencies_s, len(queries) - len(latencies_s), time.perf_counter() - began, found)
