"""As many as Milvus returns at all are searched, filtered by Milvus, and cut in Python.

rejected by: asks_once
because: fetched_more
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    return _search(client, name, vector, expression, 1_000)[:limit]
