"""Of no expressions it makes empty brackets, which Milvus refuses.

rejected by: combines_expressions
because: refused_expression
on: lite, server
"""


def all_of(expressions):
    return "(" + ") and (".join(expressions) + ")"
