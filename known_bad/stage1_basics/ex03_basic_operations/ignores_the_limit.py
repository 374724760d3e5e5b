"""The query returns everything that matches.

rejected by: gets_and_queries
because: limit_ignored
on: lite, server
"""


def query_films(client, name, expression, limit):
    rows = client.query(name, filter=expression, output_fields=OUTPUT_FIELDS, consistency_level="Strong")
    return [dict(row) for row in rows]
