"""The ids come sorted, which looks tidy and loses which one is nearest.

rejected by: search_equals_numpy
because: not_in_order
on: server
"""

_search = search


def search(client, name, index_type, queries, k, effort):
    return [sorted(ids) for ids in _search(client, name, index_type, queries, k, effort)]
