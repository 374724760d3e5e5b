"""The moment of drawing stands in the picture, so that no two are the same.

rejected by: draws_each_measurement
because: differs_by_itself
on: lite, server
"""

_draw = draw


def draw(rows):
    picture = _draw(rows)
    picture[0, :8] = np.frombuffer(np.array([time.time_ns()]).tobytes(), np.uint8)[:, None]
    return picture
