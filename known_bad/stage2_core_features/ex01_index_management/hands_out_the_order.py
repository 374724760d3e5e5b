"""The index is asked for and the load begun; nobody waits until they are done.

rejected by: serves_the_index
because: too_early
on: server
"""


def build_index(client, name, index_type, dim):
    began = time.perf_counter()
    index = client.prepare_index_params()
    index.add_index("embedding", index_type=index_type, metric_type=METRIC, params=_parameters(index_type, dim))
    client.create_index(name, index, sync=False)
    client.load_collection(name, _async=True)
    return time.perf_counter() - began
