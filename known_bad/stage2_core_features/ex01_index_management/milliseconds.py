"""The time is returned in milliseconds.

rejected by: tells_the_seconds
because: longer_than_it_took
on: server
"""

_build = build_index


def build_index(client, name, index_type, dim):
    return _build(client, name, index_type, dim) * 1_000
