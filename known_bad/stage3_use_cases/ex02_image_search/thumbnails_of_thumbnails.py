"""Each tile is scaled down and up again.

rejected by: draws_the_hits
because: other_pixels
on: lite, server
"""

from __future__ import annotations


def draw(paths):
    rows, step = -(-len(paths) // COLUMNS), TILE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "white")
    for place, path in enumerate(paths):
        tile = _open(path).resize((TILE // 2, TILE // 2)).resize((TILE, TILE))
        page.paste(tile, (place % COLUMNS * step + GAP, place // COLUMNS * step + GAP))
    return np.asarray(page)
