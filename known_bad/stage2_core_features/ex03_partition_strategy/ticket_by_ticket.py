"""Each ticket is inserted into the partition of its month by a request of its own.

rejected by: stores_by_month
because: row_by_row
on: lite, server
"""


def store(client, name, tickets, cap):
    for ticket in tickets:
        partition = _partition(ticket["month"])
        if not client.has_partition(name, partition):
            client.create_partition(name, partition)
        client.insert(name, [ticket], partition_name=partition)
    return []
