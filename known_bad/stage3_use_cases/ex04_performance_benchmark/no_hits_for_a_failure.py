"""A search that fails has simply found nothing.

rejected by: lets_failures_show
because: failure_swallowed
on: lite, server
"""

_connect = connect


def connect(uri, database, name, k, params):
    search = _connect(uri, database, name, k, params)

    def quiet(vector):
        try:
            return search(vector)
        except Exception:
            return []

    return quiet
