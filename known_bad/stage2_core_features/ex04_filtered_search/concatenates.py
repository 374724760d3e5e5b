"""The text stands between quotes as it came.

rejected by: quotes_any_text
because: broke_out
on: lite, server
"""


def quote(value):
    return f'"{value}"'
