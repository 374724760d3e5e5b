"""Months are added for ever; the cap is somebody else's business.

rejected by: never_more_than_the_cap
because: too_many_partitions
on: server
"""

_store = store


def store(client, name, tickets, cap):
    return _store(client, name, tickets, 1_000)
