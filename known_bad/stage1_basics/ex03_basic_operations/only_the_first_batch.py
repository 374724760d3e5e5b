"""Films go in batches of 100, and the loop forgets the last one, which isn't full.

rejected by: inserts_in_batches
because: lost_rows
on: lite, server
"""


def insert_films(client, name, films):
    films = [film | {"title": fit_title(film["title"])} for film in films]
    for start in range(0, len(films) - 99, 100):
        client.insert(name, films[start : start + 100])
    return len(films)
