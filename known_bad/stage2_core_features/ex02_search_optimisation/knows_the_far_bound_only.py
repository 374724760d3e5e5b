"""radius alone: everything that is nearer comes too.

rejected by: finds_all_within_cosine
because: nearer_than_asked
on: lite, server
"""


def within(client, name, vector, low, high):
    metric = client.describe_index(name, client.list_indexes(name)[0])["metric_type"]
    bounds = {"radius": high if metric == "L2" else low}
    return _pairs(client.search(name, [vector.tolist()], limit=LARGEST, search_params={"params": bounds})[0])
