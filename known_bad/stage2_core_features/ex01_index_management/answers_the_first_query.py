"""Only the first query's hits are read, and given to all of them.

rejected by: search_equals_numpy
because: first_query
on: server
"""

_search = search


def search(client, name, index_type, queries, k, effort):
    return _search(client, name, index_type, queries[:1], k, effort) * len(queries)
