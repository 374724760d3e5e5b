"""One request for each vector.

rejected by: heeds_the_parameter
because: one_by_one
on: lite, server
"""


def search(client, name, vectors, k, params):
    search_params = {"params": params}
    return [_pairs(client.search(name, [v.tolist()], limit=k, search_params=search_params)[0]) for v in vectors]
