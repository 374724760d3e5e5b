"""Somebody removed a special case for empty results and put another in: there is always one product.

rejected by: returns_all_there_are
because: foreign_products
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    return _search(client, name, vector, expression, limit) or _search(client, name, vector, "", 1)
