"""A string filter is built from the first key only.

rejected by: deletes_by_key
because: not_deleted
on: lite, server
"""


def delete_films(client, name, ids):
    client.delete(name, filter=f"id == {ids[0]}")
