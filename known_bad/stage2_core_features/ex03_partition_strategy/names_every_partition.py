"""All partitions are named, loaded or not, and a filter picks the months.

rejected by: searches_the_months_wanted
because: other_partitions
on: lite, server
"""


def search_months(client, name, vector, months, limit):
    wanted = _months(client, name) if months is None else months
    found = client.search(
        name,
        [vector.tolist()],
        limit=limit,
        filter=f"month in {wanted}",
        partition_names=[_partition(month) for month in _months(client, name)],
    )[0]
    return [(hit["id"], hit["distance"]) for hit in found]
