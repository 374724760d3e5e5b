"""The nearest thousand are fetched, and those in the range are picked from them.

rejected by: finds_all_within_cosine
because: cut_short
on: lite, server
"""


def within(client, name, vector, low, high):
    hits = _pairs(client.search(name, [vector.tolist()], limit=1_000)[0])
    return [(key, score) for key, score in hits if low < score < high]
