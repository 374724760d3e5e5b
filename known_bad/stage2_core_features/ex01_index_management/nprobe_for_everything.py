"""nprobe is sent to every index type; HNSW doesn't know it and says nothing.

rejected by: effort_moves_recall
because: effort_ignored
on: server
"""


def search(client, name, index_type, queries, k, effort):
    found = client.search(name, queries.tolist(), limit=k, search_params={"params": {"nprobe": effort}})
    return [[hit["id"] for hit in hits] for hits in found]
