"""The list is formatted by Python, whose way with quotes is another.

rejected by: values_cannot_break_out
because: broke_out
on: lite, server
"""


def brand_in(brands):
    return "brand in [" + ", ".join(f'"{brand}"' for brand in brands) + "]"
