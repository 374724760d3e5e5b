"""Settings that are equal in both don't beat each other, so all of them stay.

rejected by: drops_what_is_beaten
because: kept_equals
on: lite, server
"""


def pareto_front(points):
    front = [p for p in points if not any(o[1] <= p[1] and o[2] >= p[2] and o[1:] != p[1:] for o in points)]
    return sorted(front, key=lambda point: point[1])
