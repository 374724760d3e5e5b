"""The first hits are dropped, since they are the picture itself: here they aren't.

rejected by: finds_by_picture
because: misses_neighbours
on: lite, server
"""

from __future__ import annotations


def search_by_image(client, name, path, limit):
    readable, vectors = embed_images([path])
    if not readable:
        raise ValueError(path)
    return _search(client, name, vectors, 2 * limit)[limit:]
