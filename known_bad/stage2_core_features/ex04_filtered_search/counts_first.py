"""How many match is asked before each search.

rejected by: asks_once
because: several_requests
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    matches = client.query(name, filter=expression, output_fields=["count(*)"])[0]["count(*)"]
    return _search(client, name, vector, expression, limit) if matches else []
