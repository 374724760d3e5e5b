"""The first hit is thought to be the query itself, and dropped.

rejected by: heeds_the_parameter
because: wrong_number_of_hits
on: lite, server
"""


def search(client, name, vectors, k, params):
    found = client.search(name, vectors.tolist(), limit=k, search_params={"params": params})
    return [_pairs(hits)[1:] for hits in found]
