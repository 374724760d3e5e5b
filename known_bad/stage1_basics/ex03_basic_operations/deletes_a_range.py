"""Everything between the smallest and the greatest key is deleted.

rejected by: deletes_by_key
because: deleted_too_many
on: lite, server
"""


def delete_films(client, name, ids):
    films = sorted(ids)[:-1]
    client.delete(name, filter=f"id >= {films[0]} and id <= {films[-1]}")
