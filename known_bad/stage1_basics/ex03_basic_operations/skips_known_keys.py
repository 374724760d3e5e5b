"""Upsert is taken for "insert what isn't there": films that exist keep their old values.

rejected by: upsert_replaces
because: upsert_kept_the_old
on: lite, server
"""


def upsert_films(client, name, films):
    known = {row["id"] for row in get_films(client, name, [film["id"] for film in films])}
    new = [film for film in films if film["id"] not in known]
    client.upsert(name, new)
    return len(films)
