"""Quotes and backslashes are right, and a line break ends the literal.

rejected by: quotes_any_text
because: refused_value
on: lite, server
"""


def quote(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
