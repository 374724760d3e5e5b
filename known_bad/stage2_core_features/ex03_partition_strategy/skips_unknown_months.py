"""Months that aren't there are left out, so that the search doesn't fail.

rejected by: says_which_month_is_not_there
because: silent_about_missing
on: lite, server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    there = _months(client, name)
    wanted = there if months is None else [month for month in months if month in there]
    return _search(client, name, vector, wanted, limit)
