"""The content stands before the factors.

rejected by: inserts_films
because: content_first
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = np.hstack([_unit(contents), factors])
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return int(client.insert(name, rows)["insert_count"])
