"""The months are a filter on the field: the right rows, out of a search through all partitions.

rejected by: searches_the_months_wanted
because: searches_all_partitions
on: lite, server
"""


def search_months(client, name, vector, months, limit):
    wanted = _months(client, name) if months is None else months
    found = client.search(name, [vector.tolist()], limit=limit, filter=f"month in {wanted}")[0]
    return [(hit["id"], hit["distance"]) for hit in found]
