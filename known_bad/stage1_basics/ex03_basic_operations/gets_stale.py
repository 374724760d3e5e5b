"""The count is Strong, but get() was forgotten.

rejected by: reads_what_was_just_written
because: stale_read
on: server
"""


def get_films(client, name, ids):
    return [dict(row) for row in client.get(name, ids, output_fields=OUTPUT_FIELDS)]
