"""The expression is passed as filters, and pymilvus swallows what it does not know.

rejected by: filters_while_it_searches
because: filter_ignored
on: lite, server
"""


def search_products(client, name, vector, expression, limit):
    hits = client.search(name, [vector.tolist()], filters=expression, limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
