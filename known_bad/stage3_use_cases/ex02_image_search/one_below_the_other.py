"""The pictures stand in one column.

rejected by: draws_the_hits
because: wrong_page
on: lite, server
"""

from __future__ import annotations


def draw(paths):
    page = Image.new("RGB", (TILE + 2 * GAP, len(paths) * (TILE + GAP) + GAP), "white")
    for place, path in enumerate(paths):
        page.paste(_open(path), (GAP, place * (TILE + GAP) + GAP))
    return np.asarray(page)
