"""The nearest are searched, and those that do not match are taken out.

rejected by: filters_while_it_searches
because: filtered_afterwards
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    hits = _search(client, name, vector, "", limit)
    matching = client.query(name, filter=expression, output_fields=["id"], limit=16_000)
    keys = {row["id"] for row in matching}
    return [hit for hit in hits if hit[0] in keys]
