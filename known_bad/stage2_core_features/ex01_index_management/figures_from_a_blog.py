"""The seconds come from a blog, where somebody built these indexes over a million vectors.

rejected by: compares_what_is_there
because: wrong_seconds
on: server
"""

_compare = compare


def compare(client, name, vectors, queries, k, nprobe, ef):
    seconds = {"FLAT": 0.0, "IVF_FLAT": 12.5, "IVF_SQ8": 11.8, "IVF_PQ": 48.0, "HNSW": 96.3}
    return [
        row | {"build_s": seconds[row["index_type"]]} for row in _compare(client, name, vectors, queries, k, nprobe, ef)
    ]
