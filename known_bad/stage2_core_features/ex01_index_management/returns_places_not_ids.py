"""The hits are numbered as they come, and their keys are thrown away.

rejected by: search_equals_numpy
because: wrong_neighbours
on: server
"""


def search(client, name, index_type, queries, k, effort):
    found = client.search(name, queries.tolist(), limit=k)
    return [[place for place, _ in enumerate(hits)] for hits in found]
