"""Everything up to the page is fetched, and what comes before it thrown away.

rejected by: asks_for_one_page
because: fetches_earlier_pages
on: lite, server
"""


def page(client, name, vector, number, size):
    params = {"params": {"ef": PAGING_EF}}
    return _pairs(client.search(name, [vector.tolist()], limit=number * size, search_params=params)[0])[-size:]
