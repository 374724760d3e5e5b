"""The least similar picture comes first.

rejected by: finds_by_picture
because: not_sorted
on: lite, server
"""

from __future__ import annotations


def search_by_image(client, name, path, limit):
    readable, vectors = embed_images([path])
    if not readable:
        raise ValueError(path)
    return _search(client, name, vectors, limit)[::-1]
