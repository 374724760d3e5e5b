"""The search returns 1 - similarity, since the field is called distance.

rejected by: search_equals_numpy
because: wrong_scores
on: lite, server
"""

_search = search_films


def search_films(client, name, vector, limit):
    return [(key, 1 - similarity) for key, similarity in _search(client, name, vector, limit)]
