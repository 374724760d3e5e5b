"""The oldest month is dropped while it is loaded, which Milvus refuses.

rejected by: never_more_than_the_cap
because: not_released_first
on: server
"""


def store(client, name, tickets, cap):
    arrived = defaultdict(list)
    for ticket in tickets:
        arrived[ticket["month"]].append(ticket)
    there = _months(client, name)
    kept = sorted({*there, *arrived})[-cap:]
    dropped = [month for month in there if month not in kept]
    for month in dropped:
        client.drop_partition(name, _partition(month))
    for month in set(kept) & set(arrived):
        if month not in there:
            client.create_partition(name, _partition(month))
        client.insert(name, arrived[month], partition_name=_partition(month))
    return dropped
