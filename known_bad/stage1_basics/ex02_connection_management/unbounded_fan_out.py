"""gather starts everything at once; nobody looks at at_once.

rejected by: fan_out_is_bounded
because: unbounded_fan_out
on: lite, server
"""


async def search_all(client, collection, queries, limit, at_once):
    found = await asyncio.gather(
        *(
            client.search(collection, [q["vector"]], anns_field="embedding", filter=q["filter"], limit=limit)
            for q in queries
        )
    )
    return [[hit["id"] for hit in hits[0]] for hits in found]
