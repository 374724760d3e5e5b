"""Each film is inserted by itself: a request, and a message in the log, for every row.

rejected by: inserts_in_batches
because: row_by_row
on: lite, server
"""


def insert_films(client, name, films):
    for film in films:
        client.insert(name, [film | {"title": fit_title(film["title"])}])
    return len(films)
