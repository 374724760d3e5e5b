"""The new months come first, and what is too much is dropped afterwards.

rejected by: never_more_than_the_cap
because: over_the_cap_for_a_moment
on: server
"""

_store = store


def store(client, name, tickets, cap):
    _store(client, name, tickets, 1_000)
    dropped = _months(client, name)[:-cap]
    for month in dropped:
        release_month(client, name, month)
        client.drop_partition(name, _partition(month))
    return dropped
