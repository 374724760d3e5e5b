"""The rows of one query are counted, and a query has a limit.

rejected by: counts_films
because: wrong_count
on: lite, server
"""


def count_films(client, name):
    return len(client.query(name, filter="id >= 0", output_fields=["id"], limit=4, consistency_level="Strong"))
