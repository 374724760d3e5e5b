"""An empty list of brands is taken for no wish at all.

rejected by: compares_and_lists
because: empty_list_finds_all
on: lite, server
"""

_brand_in = brand_in


def brand_in(brands):
    return _brand_in(brands) if brands else ""
