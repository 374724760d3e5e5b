"""For each number of workers one point is drawn, the fastest.

rejected by: draws_each_measurement
because: left_out
on: lite, server
"""

_draw = draw


def draw(rows):
    fastest = {}
    for row in sorted(rows, key=lambda row: row["qps"]):
        fastest[row["workers"]] = row
    return _draw(list(fastest.values()))
