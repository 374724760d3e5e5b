"""All vectors travel in one request, whose filter lets everybody's rows through.

rejected by: fan_out_is_bounded
because: wrong_number_of_searches
on: lite, server
"""


async def search_all(client, collection, queries, limit, at_once):
    vectors, filters = [q["vector"] for q in queries], {q["filter"] for q in queries}
    found = await client.search(collection, vectors, anns_field="embedding", filter=" or ".join(filters), limit=limit)
    return [[hit["id"] for hit in hits] for hits in found]
