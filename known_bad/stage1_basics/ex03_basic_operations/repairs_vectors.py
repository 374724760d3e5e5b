"""A vector that is too short is filled up with zeros.

rejected by: refuses_wrong_dimension
because: stored_in_part
on: lite, server
"""


def insert_films(client, name, films):
    films = [film | {"title": fit_title(film["title"])} for film in films]
    dim = max(len(film["embedding"]) for film in films)
    for film in films:
        film["embedding"] = film["embedding"] + [0.0] * (dim - len(film["embedding"]))
    return client.insert(name, films)["insert_count"]
