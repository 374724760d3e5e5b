"""The index compares by L2, which was the default for years.

rejected by: creates_the_products
because: wrong_metric
on: lite, server
"""

_create = create_products


def create_products(client, name, dim):
    _create(client, name, dim)
    client.release_collection(name)
    client.drop_index(name, "embedding")
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="L2")
    client.create_index(name, index)
    client.load_collection(name)
