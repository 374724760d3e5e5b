"""At least and at most are taken for more than and less than.

rejected by: compares_and_lists
because: ends_left_out
on: lite, server
"""


def price_between(low, high):
    return f"price > {low} and price < {high}"
