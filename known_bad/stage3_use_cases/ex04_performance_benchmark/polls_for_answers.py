"""Between two searches a worker waits a moment, so that the others get their turn too.

rejected by: agrees_with_the_grader
because: disagrees
on: lite, server
"""

_run_at_once = _run


def _run(searches, queries, since):
    def patient(place):
        time.sleep(0.05)
        return since(place)

    return _run_at_once(searches, queries, patient)
