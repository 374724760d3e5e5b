"""Of several months only the last one is searched: a list where a name was meant.

rejected by: searches_the_months_wanted
because: misses_neighbours
on: lite, server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    return _search(client, name, vector, months[-1:] if months else months, limit)
