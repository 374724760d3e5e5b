"""A pause before each search, left over from a day on which the collection wasn't loaded yet.

rejected by: searches_as_fast
because: too_slow
on: lite, server
"""

import time

_search = search


def search(client, name, vectors, k, params):
    time.sleep(0.05)
    return _search(client, name, vectors, k, params)
