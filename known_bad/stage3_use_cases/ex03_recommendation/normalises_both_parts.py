"""Both parts are brought to length 1, the factors too.

rejected by: inserts_films
because: normalises_factors
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = np.hstack([factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-12), _unit(contents)])
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return int(client.insert(name, rows)["insert_count"])
