"""Every vector that goes into Milvus is brought to length 1: a habit from text search.

rejected by: inserts_films
because: normalises_the_whole
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = _unit(np.hstack([factors, _unit(contents)]))
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return int(client.insert(name, rows)["insert_count"])
