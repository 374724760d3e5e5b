"""What could be dangerous is removed, and another brand is found, or none.

rejected by: quotes_any_text
because: value_changed
on: lite, server
"""


def quote(value):
    return '"' + "".join(c for c in value if c not in "\"'\\\n\r") + '"'
