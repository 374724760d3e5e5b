"""Five rows are written about one collection, the first that was built.

rejected by: compares_what_is_there
because: no_collection
on: server
"""


def compare(client, name, vectors, queries, k, nprobe, ef):
    collection = f"{name}_FLAT"
    fill(client, collection, vectors)
    seconds = build_index(client, collection, "FLAT", vectors.shape[1])
    found = search(client, collection, "FLAT", queries, k, nprobe)
    share = recall(found, _nearest(vectors, queries, k))
    size = len(vectors) * vectors.shape[1] * 4
    return [{"index_type": each, "recall": share, "build_s": seconds, "bytes": size} for each in INDEX_TYPES]
