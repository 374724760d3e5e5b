"""An empty list of partition names is handed to Milvus, which takes it for all of them.

rejected by: says_which_month_is_not_there
because: empty_list_searches_everything
on: lite, server
"""


def search_months(client, name, vector, months, limit):
    there = _months(client, name)
    wanted = there if months is None else months
    if set(wanted) - set(there):
        raise LookupError(wanted)
    names = [_partition(month) for month in wanted]
    found = client.search(name, [vector.tolist()], limit=limit, partition_names=names)[0]
    return [(hit["id"], hit["distance"]) for hit in found]
