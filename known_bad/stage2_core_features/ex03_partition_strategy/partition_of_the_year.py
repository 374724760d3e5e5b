"""A partition for each year: the name is cut too early.

rejected by: stores_by_month
because: months_mixed
on: lite, server
"""


def _partition(month):
    return PREFIX + month[:4]


def store(client, name, tickets, cap):
    for month in sorted({ticket["month"] for ticket in tickets}):
        if not client.has_partition(name, _partition(month)):
            client.create_partition(name, _partition(month))
        client.insert(name, [t for t in tickets if t["month"] == month], partition_name=_partition(month))
    return []
