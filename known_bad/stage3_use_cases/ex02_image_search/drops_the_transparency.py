"""convert("RGB") alone: what is transparent shows the colour that lies below, here black.

rejected by: reads_every_form
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def _open(path):
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
