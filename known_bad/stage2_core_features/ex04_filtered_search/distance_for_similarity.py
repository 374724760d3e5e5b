"""The search returns 1 - similarity, since the field is called distance.

rejected by: filters_while_it_searches
because: wrong_scores
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    return [(key, 1 - similarity) for key, similarity in _search(client, name, vector, expression, limit)]
