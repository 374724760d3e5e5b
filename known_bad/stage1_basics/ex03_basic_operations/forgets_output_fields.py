"""query() isn't told which fields to return, beyond the title.

rejected by: gets_and_queries
because: missing_output_fields
on: lite, server
"""


def get_films(client, name, ids):
    rows = client.get(name, ids, output_fields=["title"], consistency_level="Strong")
    return [dict(row) for row in rows]
