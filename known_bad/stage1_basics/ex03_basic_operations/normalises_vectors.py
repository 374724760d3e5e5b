"""The vectors are normalised before they are stored, so what comes back isn't what was given.

rejected by: inserts_in_batches
because: vector_changed
on: lite, server
"""


def insert_films(client, name, films):
    films = [film | {"title": fit_title(film["title"])} for film in films]
    for film in films:
        vector = np.array(film["embedding"])
        film["embedding"] = (vector / np.linalg.norm(vector)).tolist()
    return client.insert(name, films)["insert_count"]
