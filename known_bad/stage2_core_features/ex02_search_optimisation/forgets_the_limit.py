"""A range is limit enough: so pymilvus puts its own, ten rows.

rejected by: finds_all_within_cosine
because: cut_short
on: lite, server
"""


def within(client, name, vector, low, high):
    metric = client.describe_index(name, client.list_indexes(name)[0])["metric_type"]
    near, far = (low, high) if metric == "L2" else (high, low)
    bounds = {"radius": far, "range_filter": near}
    return _pairs(client.search(name, [vector.tolist()], search_params={"params": bounds})[0])
