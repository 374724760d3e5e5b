"""LIKE without a wildcard compares whole names.

rejected by: starts_with_a_prefix
because: prefix_as_a_whole
on: lite, server
"""


def name_starts_with(prefix):
    return f"name like {quote(prefix)}"
