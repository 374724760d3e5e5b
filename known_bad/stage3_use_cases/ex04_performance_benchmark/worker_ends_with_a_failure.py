"""A worker whose query fails has ended, and nobody notices that there are fewer and fewer.

rejected by: tells_failures_from_answers
because: stops_at_a_failure
on: lite, server
"""


class _Gone(BaseException):
    pass


_run_safely = _run


def _run(searches, queries, since):
    gone = set()

    def mortal(worker, search):
        def once(query):
            if worker in gone:
                raise RuntimeError
            try:
                return search(query)
            except Exception:
                gone.add(worker)
                raise

        return once

    return _run_safely([mortal(*each) for each in enumerate(searches)], queries, since)
