"""Each query is a request of its own: a round trip for every one of them.

rejected by: searches_as_fast_as_the_reference
because: too_slow
on: server
"""

_search = search


def search(client, name, index_type, queries, k, effort):
    return [_search(client, name, index_type, queries[row : row + 1], k, effort)[0] for row in range(len(queries))]
