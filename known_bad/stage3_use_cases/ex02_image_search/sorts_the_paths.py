"""Files are read in another order than they were given, and the vectors stay so.

rejected by: embeds_pictures
because: wrong_order
on: lite, server
"""

from __future__ import annotations

_in_order = embed_images


def embed_images(paths):
    _, vectors = _in_order(sorted(paths))
    return list(paths), vectors
