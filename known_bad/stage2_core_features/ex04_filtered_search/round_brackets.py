"""The list stands in round brackets, as it does in SQL.

rejected by: compares_and_lists
because: refused_expression
on: lite, server
"""


def brand_in(brands):
    return f"brand in ({', '.join(quote(brand) for brand in brands)})"
