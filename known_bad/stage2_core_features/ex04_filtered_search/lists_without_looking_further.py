"""The index is IVF_FLAT with its default nprobe: where 1 % match, most are in lists that nobody looks into.

rejected by: fills_the_page_from_few
because: index_under_returns
on: server
"""

_create = create_products


def create_products(client, name, dim):
    _create(client, name, dim)
    client.release_collection(name)
    client.drop_index(name, "embedding")
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="IVF_FLAT", metric_type="COSINE", params={"nlist": 128})
    client.create_index(name, index)
    client.load_collection(name)
