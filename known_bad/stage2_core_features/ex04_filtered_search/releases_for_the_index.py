"""The collection is released to be indexed, and nobody loads it again.

rejected by: indexes_the_fields
because: left_released
on: server
"""

_index = index_fields


def index_fields(client, name):
    client.release_collection(name)
    _index(client, name)
