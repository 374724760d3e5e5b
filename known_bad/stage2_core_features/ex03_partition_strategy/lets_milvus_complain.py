"""A month that isn't there is left to Milvus to refuse; milvus-lite searches the others without a word.

rejected by: says_which_month_is_not_there
because: silent_about_missing
on: lite
"""


def search_months(client, name, vector, months, limit):
    names = [_partition(month) for month in (_months(client, name) if months is None else months)]
    if not names:
        return []
    found = client.search(name, [vector.tolist()], limit=limit, partition_names=names)[0]
    return [(hit["id"], hit["distance"]) for hit in found]
