"""The type is written into the function, so all five indexes are the same one.

rejected by: builds_each_type
because: wrong_type
on: server
"""


def build_index(client, name, index_type, dim):
    began = time.perf_counter()
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="IVF_FLAT", metric_type=METRIC, params={"nlist": NLIST})
    client.create_index(name, index)
    client.load_collection(name)
    return time.perf_counter() - began
