"""The page is black between the tiles.

rejected by: draws_the_hits
because: not_white
on: lite, server
"""

from __future__ import annotations


def draw(paths):
    rows, step = -(-len(paths) // COLUMNS), TILE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "black")
    for place, path in enumerate(paths):
        page.paste(_open(path), (place % COLUMNS * step + GAP, place // COLUMNS * step + GAP))
    return np.asarray(page)
