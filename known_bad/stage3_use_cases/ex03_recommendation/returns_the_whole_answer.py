"""The answer of the insert is returned as it is.

rejected by: inserts_films
because: wrong_type
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = np.hstack([factors, _unit(contents)])
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return client.insert(name, rows)
