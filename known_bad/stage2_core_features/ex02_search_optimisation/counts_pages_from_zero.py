"""Page n skips n pages, as if the first one were number 0.

rejected by: pages_join
because: counts_from_zero
on: lite, server
"""


def page(client, name, vector, number, size):
    params = {"params": {"ef": PAGING_EF}}
    return _pairs(client.search(name, [vector.tolist()], limit=size, offset=number * size, search_params=params)[0])
