"""The picture is drawn into an array whose first row is thought to be at the bottom.

rejected by: draws_each_measurement
because: not_up
on: lite, server
"""

_draw = draw


def draw(rows):
    return _draw(rows)[::-1].copy()
