"""What lies between is picked in Python, with both bounds.

rejected by: keeps_the_bounds
because: far_bound_included
on: lite, server
"""


def within(client, name, vector, low, high):
    hits = _pairs(client.search(name, [vector.tolist()], limit=LARGEST)[0])
    return [(key, score) for key, score in hits if low <= score <= high]
