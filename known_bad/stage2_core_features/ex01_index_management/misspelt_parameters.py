"""search_params is misspelt; client.search() swallows any keyword, and searches with its defaults.

rejected by: effort_moves_recall
because: effort_ignored
on: server
"""


def search(client, name, index_type, queries, k, effort):
    parameters = {"ef" if index_type == "HNSW" else "nprobe": effort}
    found = client.search(name, queries.tolist(), limit=k, serach_params={"params": parameters})
    return [[hit["id"] for hit in hits] for hits in found]
