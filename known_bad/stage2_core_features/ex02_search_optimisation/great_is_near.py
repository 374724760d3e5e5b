"""radius is the smaller score, range_filter the greater, as it is right for COSINE, whatever the metric.

rejected by: finds_all_within_l2
because: swapped
on: lite, server
"""


def within(client, name, vector, low, high):
    bounds = {"radius": low, "range_filter": high}
    return _pairs(client.search(name, [vector.tolist()], limit=LARGEST, search_params={"params": bounds})[0])
