"""No ef: Milvus takes a small one that may grow with the page, so pages don't join.

rejected by: pages_join
because: lost
on: lite, server
"""


def page(client, name, vector, number, size):
    return _pairs(client.search(name, [vector.tolist()], limit=size, offset=(number - 1) * size)[0])
