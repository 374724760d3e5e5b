"""Settings below the line from one neighbour to the next are dropped: that is the convex hull, not the front.

rejected by: drops_what_is_beaten
because: lost_from_the_front
on: lite, server
"""


def pareto_front(points):
    hull = []
    for point in sorted(points, key=lambda point: (point[1], -point[2])):
        if hull and point[2] <= hull[-1][2]:
            continue
        while len(hull) > 1 and _slope(hull[-1], point) >= _slope(hull[-2], hull[-1]):
            hull.pop()
        hull.append(point)
    return hull


def _slope(one, other):
    return (other[2] - one[2]) / (other[1] - one[1])
