"""Quotes are escaped and backslashes are not: one that was typed frees the next quote.

rejected by: quotes_any_text
because: refused_value
on: lite, server
"""


def quote(value):
    return '"' + value.replace('"', '\\"') + '"'
