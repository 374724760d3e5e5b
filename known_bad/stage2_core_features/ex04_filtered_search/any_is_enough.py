"""The expressions are joined by or.

rejected by: combines_expressions
because: any_expression
on: lite, server
"""


def all_of(expressions):
    return " or ".join(f"({expression})" for expression in expressions)
