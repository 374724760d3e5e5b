"""Only the first 500 films are inserted: the loop around it is missing.

rejected by: inserts_films
because: lost_rows
on: lite
"""

from __future__ import annotations


def insert_films(client, name, ids, factors, contents, categories):
    vectors = np.hstack([factors, _unit(contents)])
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors.tolist(), strict=True)
    ]
    return int(client.insert(name, rows[:500])["insert_count"])
