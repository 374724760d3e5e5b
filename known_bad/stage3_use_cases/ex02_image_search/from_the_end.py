"""The last hit comes first.

rejected by: draws_the_hits
because: wrong_place
on: lite, server
"""

from __future__ import annotations


def draw(paths):
    rows, step = -(-len(paths) // COLUMNS), TILE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "white")
    for place, path in enumerate(paths[::-1]):
        page.paste(_open(path), (place % COLUMNS * step + GAP, place // COLUMNS * step + GAP))
    return np.asarray(page)
