"""The index is AUTOINDEX and is searched with its default ef, which passes over every third neighbour.

rejected by: finds_the_nearest
because: misses_the_nearest
on: server
"""

_create = create_products


def create_products(client, name, dim):
    _create(client, name, dim)
    client.release_collection(name)
    client.drop_index(name, "embedding")
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
    client.create_index(name, index)
    client.load_collection(name)
