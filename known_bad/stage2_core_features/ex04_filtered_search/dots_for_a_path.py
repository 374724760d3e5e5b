"""The path is written with dots, as one key.

rejected by: reads_json_paths
because: nothing_at_the_path
on: lite, server
"""


def attribute_is(path, value):
    return f"details[{quote('.'.join(path))}] == {quote(value) if isinstance(value, str) else value}"
