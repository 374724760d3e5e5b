"""radius and range_filter in each other's place.

rejected by: finds_all_within_cosine
because: swapped
on: lite, server
"""


def within(client, name, vector, low, high):
    metric = client.describe_index(name, client.list_indexes(name)[0])["metric_type"]
    near, far = (low, high) if metric == "L2" else (high, low)
    bounds = {"radius": near, "range_filter": far}
    return _pairs(client.search(name, [vector.tolist()], limit=LARGEST, search_params={"params": bounds})[0])
