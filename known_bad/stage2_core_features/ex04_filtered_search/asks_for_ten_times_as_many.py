"""Ten times as many are searched, and those that do not match are taken out: at 1 % one is left.

rejected by: fills_the_page_from_few
because: over_fetched
on: lite, server
"""

_search = search_products


def search_products(client, name, vector, expression, limit):
    hits = _search(client, name, vector, "", 10 * limit)
    keys = {row["id"] for row in client.query(name, filter=expression, output_fields=["id"], limit=16_000)}
    return [hit for hit in hits if hit[0] in keys][:limit]
