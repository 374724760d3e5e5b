"""The vectors come back alone: nobody knows whose they are.

rejected by: embeds_pictures
because: wrong_type
on: lite, server
"""

from __future__ import annotations

_whole = embed_images


def embed_images(paths):
    return _whole(paths)[1]
