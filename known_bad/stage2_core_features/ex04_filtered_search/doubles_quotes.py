"""Quotes are doubled, as they are in SQL.

rejected by: quotes_any_text
because: refused_value
on: lite, server
"""


def quote(value):
    return '"' + value.replace('"', '""') + '"'
