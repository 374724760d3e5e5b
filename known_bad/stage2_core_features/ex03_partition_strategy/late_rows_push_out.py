"""Whatever comes gets a partition, and the oldest makes room: a ticket from long ago pushes out a month that is needed.

rejected by: drops_the_oldest
because: late_rows_push_out
on: server
"""


def store(client, name, tickets, cap):
    arrived = defaultdict(list)
    for ticket in tickets:
        arrived[ticket["month"]].append(ticket)
    dropped = []
    for month in sorted(arrived):
        there = _months(client, name)
        if month not in there:
            if len(there) >= cap:
                release_month(client, name, there[0])
                client.drop_partition(name, _partition(there[0]))
                dropped.append(there[0])
            client.create_partition(name, _partition(month))
        client.insert(name, arrived[month], partition_name=_partition(month))
    return dropped
