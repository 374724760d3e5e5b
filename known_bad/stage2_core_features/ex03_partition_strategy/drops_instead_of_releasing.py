"""The partition is dropped to free its memory; the tickets are gone.

rejected by: releases_one_month
because: month_dropped
on: server
"""


def release_month(client, name, month):
    client.release_partitions(name, [_partition(month)])
    client.drop_partition(name, _partition(month))
