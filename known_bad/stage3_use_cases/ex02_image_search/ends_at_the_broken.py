"""The pictures before the first broken file are kept, and the rest is never read.

rejected by: leaves_out_what_is_broken
because: wrong_paths
on: lite, server
"""

from __future__ import annotations

_all = embed_images


def embed_images(paths):
    broken = next((place for place, path in enumerate(paths) if _open(path) is None), len(paths))
    return _all(paths[:broken])
