"""Reads don't ask for a consistency level, so they get Bounded: the moment before.

rejected by: reads_what_was_just_written
because: stale_count
on: server
"""


def count_films(client, name):
    return client.query(name, output_fields=["count(*)"])[0]["count(*)"]


def get_films(client, name, ids):
    return [dict(row) for row in client.get(name, ids, output_fields=OUTPUT_FIELDS)]


def query_films(client, name, expression, limit):
    return [dict(row) for row in client.query(name, filter=expression, limit=limit, output_fields=OUTPUT_FIELDS)]
