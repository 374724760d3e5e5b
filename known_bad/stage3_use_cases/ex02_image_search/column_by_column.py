"""The page is filled column by column.

rejected by: draws_the_hits
because: wrong_place
on: lite, server
"""

from __future__ import annotations


def draw(paths):
    rows, step = -(-len(paths) // COLUMNS), TILE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "white")
    for place, path in enumerate(paths):
        page.paste(_open(path), (place // rows * step + GAP, place % rows * step + GAP))
    return np.asarray(page)
