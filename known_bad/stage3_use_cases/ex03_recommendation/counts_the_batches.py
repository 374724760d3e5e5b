"""Inserted in batches, and the number of batches is returned instead of that of the films.

rejected by: inserts_films
because: wrong_insert_count
on: lite, server
"""

from __future__ import annotations

_inserted = insert_films


def insert_films(client, name, ids, factors, contents, categories):
    starts = range(0, len(ids), 200)
    for start in starts:
        some = slice(start, start + 200)
        _inserted(client, name, ids[some], factors[some], contents[some], categories[some])
    return len(starts)
