"""Four channels: transparency isn't cut off.

rejected by: draws_each_measurement
because: no_picture
on: lite, server
"""

_draw = draw


def draw(rows):
    picture = _draw(rows)
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
