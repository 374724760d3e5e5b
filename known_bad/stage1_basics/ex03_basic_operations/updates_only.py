"""Only films that exist are written; the others are dropped without a word.

rejected by: upsert_replaces
because: upsert_added_nothing
on: lite, server
"""


def upsert_films(client, name, films):
    known = {row["id"] for row in get_films(client, name, [film["id"] for film in films])}
    client.upsert(name, [film for film in films if film["id"] in known])
    return len(films)
