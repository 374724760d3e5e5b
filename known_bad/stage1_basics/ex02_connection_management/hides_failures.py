"""return_exceptions=True, and failed searches become empty answers.

rejected by: fan_out_lets_errors_through
because: failure_hidden
on: lite, server
"""


async def search_all(client, collection, queries, limit, at_once):
    slots = asyncio.Semaphore(at_once)

    async def search(q):
        async with slots:
            return await client.search(
                collection, [q["vector"]], anns_field="embedding", filter=q["filter"], limit=limit
            )

    found = await asyncio.gather(*(search(q) for q in queries), return_exceptions=True)
    return [[] if isinstance(hits, Exception) else [hit["id"] for hit in hits[0]] for hits in found]
