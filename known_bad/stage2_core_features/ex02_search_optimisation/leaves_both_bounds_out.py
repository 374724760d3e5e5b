"""What lies between is picked in Python, with neither bound.

rejected by: keeps_the_bounds
because: near_bound_left_out
on: lite, server
"""


def within(client, name, vector, low, high):
    hits = _pairs(client.search(name, [vector.tolist()], limit=LARGEST)[0])
    return [(key, score) for key, score in hits if low < score < high]
