"""nprobe is sent to IVF_FLAT only: the branch for the two compressed types was forgotten.

rejected by: compression_costs_recall
because: effort_ignored
on: server
"""


def search(client, name, index_type, queries, k, effort):
    parameters = {"IVF_FLAT": {"nprobe": effort}, "HNSW": {"ef": effort}}.get(index_type, {})
    found = client.search(name, queries.tolist(), limit=k, search_params={"params": parameters})
    return [[hit["id"] for hit in hits] for hits in found]
