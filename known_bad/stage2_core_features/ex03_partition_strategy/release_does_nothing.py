"""The month is only marked in the program; Milvus keeps it in memory.

rejected by: releases_one_month
because: still_loaded
on: server
"""

_released = set()


def release_month(client, name, month):
    _released.add(month)
