"""Upsert gives unique keys, but replaces the films that were there.

rejected by: inserts_each_key_once
because: replaced_known
on: server
"""


def insert_unique(client, name, films):
    first = {film["id"]: film for film in reversed(films)}
    return upsert_films(client, name, list(first.values()))
