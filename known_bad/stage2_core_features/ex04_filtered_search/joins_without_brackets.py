"""Expressions are joined as they are: and binds more closely than or.

rejected by: combines_expressions
because: and_before_or
on: lite, server
"""


def all_of(expressions):
    return " and ".join(expressions)
