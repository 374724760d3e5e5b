"""Between two pages one hit is on neither.

rejected by: pages_join
because: lost
on: lite, server
"""


def page(client, name, vector, number, size):
    params, offset = {"params": {"ef": PAGING_EF}}, (number - 1) * (size + 1)
    return _pairs(client.search(name, [vector.tolist()], limit=size, offset=offset, search_params=params)[0])
