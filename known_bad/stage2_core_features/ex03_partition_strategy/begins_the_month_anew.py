"""A month that gets more tickets is made anew, so that it has no rows twice; what it had is gone.

rejected by: drops_the_oldest
because: rows_lost
on: server
"""

_store = store


def store(client, name, tickets, cap):
    for month in {ticket["month"] for ticket in tickets} & set(_months(client, name)):
        release_month(client, name, month)
        client.drop_partition(name, _partition(month))
    return _store(client, name, tickets, cap)
