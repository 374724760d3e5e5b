"""Strong consistency, to be sure: every search waits for the next tick of the server's clock.

rejected by: searches_as_fast
because: too_slow
on: server
"""


def search(client, name, vectors, k, params):
    strong = {"consistency_level": "Strong"}
    found = client.search(name, vectors.tolist(), limit=k, search_params={"params": params}, **strong)
    return [_pairs(hits) for hits in found]
