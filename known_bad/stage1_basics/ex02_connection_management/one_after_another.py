"""Each search is awaited before the next one is begun: asynchronous in name only.

rejected by: fan_out_is_bounded
because: one_after_another
on: lite, server
"""


async def search_all(client, collection, queries, limit, at_once):
    answers = []
    for q in queries:
        found = await client.search(collection, [q["vector"]], anns_field="embedding", filter=q["filter"], limit=limit)
        answers.append([hit["id"] for hit in found[0]])
    return answers
