"""Every search makes sure that the collection is loaded.

rejected by: is_as_fast_as_the_reference
because: too_slow
on: server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    client.load_collection(name)
    return _search(client, name, vector, expression, limit)
