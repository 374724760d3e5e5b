"""The partition that was made first is dropped; when months come out of order that isn't the oldest.

rejected by: drops_the_oldest
because: wrong_month_dropped
on: server
"""


def store(client, name, tickets, cap):
    arrived = defaultdict(list)
    for ticket in tickets:
        arrived[ticket["month"]].append(ticket)
    dropped = []
    for month in sorted(arrived):
        there = [p for p in client.list_partitions(name) if p.startswith(PREFIX)]
        if _partition(month) not in there:
            if len(there) >= cap:
                client.release_partitions(name, there[:1])
                client.drop_partition(name, there[0])
                dropped.append(there[0].removeprefix(PREFIX).replace("_", "-"))
            client.create_partition(name, _partition(month))
        client.insert(name, arrived[month], partition_name=_partition(month))
    return dropped
