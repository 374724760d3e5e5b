"""The partitions are made, and the insert isn't told about them.

rejected by: stores_by_month
because: in_default_partition
on: lite, server
"""


def store(client, name, tickets, cap):
    for month in sorted({ticket["month"] for ticket in tickets}):
        if not client.has_partition(name, _partition(month)):
            client.create_partition(name, _partition(month))
    client.insert(name, tickets)
    return []
