"""Contents are stored as the model gave them: the longest ones win every search for content.

rejected by: inserts_films
because: content_as_it_is
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = np.hstack([factors, contents])
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return int(client.insert(name, rows)["insert_count"])
