"""Pictures for the report, as files."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return an image of shape (height, width, 3) as a small PNG file."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG", optimize=True)
    return content.getvalue()
