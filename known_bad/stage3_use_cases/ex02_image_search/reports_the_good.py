"""What is returned are the pictures that were indexed.

rejected by: indexes_every_picture
because: not_reported
on: lite, server
"""

from __future__ import annotations

_add = add_images


def add_images(client, name, paths):
    broken = _add(client, name, paths)
    return [path for path in paths if path not in broken]
