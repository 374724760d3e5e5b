"""The router remembers its months in the program, and after a restart it knows none.

rejected by: never_more_than_the_cap
because: forgets_after_restart
on: server
"""

_known = set()


def store(client, name, tickets, cap):
    arrived = defaultdict(list)
    for ticket in tickets:
        arrived[ticket["month"]].append(ticket)
    kept = sorted({*_known, *arrived})[-cap:]
    dropped = sorted(_known - set(kept))
    for month in dropped:
        release_month(client, name, month)
        client.drop_partition(name, _partition(month))
        _known.discard(month)
    for month in set(kept) & set(arrived):
        client.create_partition(name, _partition(month))
        client.insert(name, arrived[month], partition_name=_partition(month))
        _known.add(month)
    return dropped
