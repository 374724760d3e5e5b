"""Answers are kept, as in the application; a query that comes again is answered from memory.

rejected by: connects_once
because: not_one_request_each
on: lite, server
"""

_connect = connect


def connect(uri, database, name, k, params):
    search, known = _connect(uri, database, name, k, params), {}

    def remembered(vector):
        key = vector.tobytes()
        if key not in known:
            known[key] = search(vector)
        return known[key]

    return remembered
