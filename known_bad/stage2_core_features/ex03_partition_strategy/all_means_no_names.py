"""To search all months no partitions are named: Milvus answers from those that are loaded.

rejected by: half_an_answer_is_none
because: answers_from_the_rest
on: server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    if months is None:
        found = client.search(name, [vector.tolist()], limit=limit)[0]
        return [(hit["id"], hit["distance"]) for hit in found]
    return _search(client, name, vector, months, limit)
