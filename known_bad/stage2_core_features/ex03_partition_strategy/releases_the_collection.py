"""The whole collection is released, and with it every other month.

rejected by: releases_one_month
because: released_others
on: server
"""


def release_month(client, name, month):
    client.release_collection(name)
