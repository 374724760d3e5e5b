"""Every search gets a semaphore of its own, which bounds nothing.

rejected by: fan_out_is_bounded
because: unbounded_fan_out
on: lite, server
"""


async def search_all(client, collection, queries, limit, at_once):
    async def search(q):
        async with asyncio.Semaphore(at_once):
            return await client.search(
                collection, [q["vector"]], anns_field="embedding", filter=q["filter"], limit=limit
            )

    found = await asyncio.gather(*(search(q) for q in queries))
    return [[hit["id"] for hit in hits[0]] for hits in found]
