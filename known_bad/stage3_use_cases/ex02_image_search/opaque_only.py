"""Files with an alpha channel are skipped: they made trouble once.

rejected by: reads_every_form
because: form_not_read
on: lite, server
"""

from __future__ import annotations

_any_mode = _open


def _open(path):
    image = _any_mode(path)
    if image is not None:
        with Image.open(path) as original:
            return None if original.mode == "RGBA" else image
    return None
