"""An error of the search becomes an empty list, as if the month had no tickets.

rejected by: releases_one_month
because: silent_about_released
on: server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    try:
        return _search(client, name, vector, months, limit)
    except LookupError:
        raise
    except Exception:
        return []
