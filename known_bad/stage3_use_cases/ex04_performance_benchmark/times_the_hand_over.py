"""The clock stops when the query has been handed to a thread, not when its answer is there.

rejected by: times_each_answer
because: faster_than_possible
on: lite, server
"""


def _run(searches, queries, since):
    free, latencies_s, begun = SimpleQueue(), [], time.perf_counter()
    for search in searches:
        free.put(search)

    def lend(query):
        search = free.get()
        try:
            return search(query)
        finally:
            free.put(search)

    with ThreadPoolExecutor(len(searches)) as threads:
        answers = []
        for place, query in enumerate(queries):
            began = since(place)
            answers.append(threads.submit(lend, query))
            latencies_s.append(time.perf_counter() - began)
        found = [answer.result() for answer in answers]
    return Run(latencies_s, 0, time.perf_counter() - begun, found)
