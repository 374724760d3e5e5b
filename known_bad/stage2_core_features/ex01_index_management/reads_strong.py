"""Every search is Strong, though the rows have been there for long: it waits for the clock of the whole cluster.

rejected by: searches_as_fast_as_the_reference
because: too_slow
on: server
"""


def search(client, name, index_type, queries, k, effort):
    parameters = {} if index_type == "FLAT" else {"ef" if index_type == "HNSW" else "nprobe": effort}
    found = client.search(
        name, queries.tolist(), limit=k, search_params={"params": parameters}, consistency_level="Strong"
    )
    return [[hit["id"] for hit in hits] for hits in found]
