"""search_param instead of search_params: pymilvus takes any keyword.

rejected by: heeds_the_parameter
because: params_ignored
on: lite, server
"""


def search(client, name, vectors, k, params):
    found = client.search(name, vectors.tolist(), limit=k, search_param={"params": params})
    return [_pairs(hits) for hits in found]
