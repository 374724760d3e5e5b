"""Broken files are skipped in silence.

rejected by: indexes_every_picture
because: not_reported
on: lite, server
"""

from __future__ import annotations

_add = add_images


def add_images(client, name, paths):
    _add(client, name, paths)
    return []
