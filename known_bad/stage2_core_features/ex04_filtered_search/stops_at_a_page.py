"""The limit is capped at a page of 10, whatever is asked for.

rejected by: returns_all_there_are
because: too_few_products
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    return _search(client, name, vector, expression, min(limit, 10))
