"""The clock stops when the request for the index has been sent; the waiting comes after it.

rejected by: tells_the_seconds
because: clock_stopped_early
on: server
"""


def build_index(client, name, index_type, dim):
    index = client.prepare_index_params()
    index.add_index("embedding", index_type=index_type, metric_type=METRIC, params=_parameters(index_type, dim))
    began = time.perf_counter()
    client.create_index(name, index, sync=False)
    seconds = time.perf_counter() - began
    while client.describe_index(name, "embedding")["pending_index_rows"]:
        time.sleep(0.05)
    client.load_collection(name)
    return seconds
