"""The effort is capped "to protect the server", so the most that a caller can ask for isn't reached.

rejected by: effort_moves_recall
because: below_the_floor
on: server
"""

_search = search


def search(client, name, index_type, queries, k, effort):
    return _search(client, name, index_type, queries, k, min(effort, 12))
