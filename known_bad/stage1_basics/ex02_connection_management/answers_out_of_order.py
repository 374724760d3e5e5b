"""Queries are grouped by their filter, and the answers aren't brought back into order.

rejected by: fan_out_is_bounded
because: wrong_hits
on: lite, server
"""

search_in_order = search_all


async def search_all(client, collection, queries, limit, at_once):
    return await search_in_order(client, collection, sorted(queries, key=lambda q: q["filter"]), limit, at_once)
