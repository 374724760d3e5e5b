"""The workers are gone through in a loop, one after another: there are no threads.

rejected by: keeps_its_workers_busy
because: one_at_a_time
on: lite, server
"""


def _run(searches, queries, since):
    latencies_s, found, begun = [], [], time.perf_counter()
    for place, query in enumerate(queries):
        began = since(place)
        try:
            found.append(searches[place % len(searches)](query))
            latencies_s.append(time.perf_counter() - began)
        except Exception:
            found.append([])
    return Run(latencies_s, len(queries) - len(latencies_s), time.perf_counter() - begun, found)
