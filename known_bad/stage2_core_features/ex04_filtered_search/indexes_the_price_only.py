"""Texts are left without an index.

rejected by: indexes_the_fields
because: no_index
on: server
"""


def index_fields(client, name):
    index = client.prepare_index_params()
    index.add_index("price")
    client.create_index(name, index)
