"""Paths come back without their folders.

rejected by: embeds_pictures
because: paths_changed
on: lite, server
"""

from __future__ import annotations

from pathlib import Path

_whole = embed_images


def embed_images(paths):
    readable, vectors = _whole(paths)
    return [Path(path).name for path in readable], vectors
