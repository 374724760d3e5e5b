"""QPS goes to the right and recall upwards.

rejected by: draws_each_measurement
because: not_right
on: lite, server
"""

_draw = draw


def draw(rows):
    qps = max(row["qps"] for row in rows)
    turned = [row | {"recall": row["qps"] / qps, "qps": row["recall"] * qps} for row in rows]
    return _draw(turned)
