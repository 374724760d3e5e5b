"""A setting is dropped only if another is better in both; of those that cost the same, the worse ones stay.

rejected by: drops_what_is_beaten
because: dominated
on: lite, server
"""


def pareto_front(points):
    front = [p for p in points if not any(o[1] < p[1] and o[2] > p[2] for o in points)]
    return sorted({point[1:]: point for point in front}.values(), key=lambda point: point[1])
