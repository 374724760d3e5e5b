"""The prefix goes into a LIKE pattern as it is: 100% also finds 1000 pins.

rejected by: prefix_is_no_pattern
because: wildcard_in_prefix
on: lite, server
"""


def name_starts_with(prefix):
    return f"name like {quote(prefix + '%')}"
