"""A month is dropped as soon as the cap is reached, instead of when it would be passed.

rejected by: never_more_than_the_cap
because: wrong_month_dropped
on: server
"""

_store = store


def store(client, name, tickets, cap):
    return _store(client, name, tickets, cap - 1)
