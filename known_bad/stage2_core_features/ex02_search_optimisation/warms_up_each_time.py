"""Two searches, whose answers nobody reads, warm the index up for the third.

rejected by: searches_as_fast
because: too_slow
on: lite, server
"""

_search = search


def search(client, name, vectors, k, params):
    if len(vectors) < 100:
        _search(client, name, vectors, k, params)
        _search(client, name, vectors, k, params)
    return _search(client, name, vectors, k, params)
