"""Each month is searched by itself, and the lists are merged in Python.

rejected by: searches_the_months_wanted
because: many_searches
on: lite, server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    wanted = _months(client, name) if months is None else months
    found = [hit for month in wanted for hit in _search(client, name, vector, [month], limit)]
    return sorted(found, key=lambda hit: -hit[1])[:limit]
