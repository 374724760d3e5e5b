"""The head of a file is read and taken for a picture; what is cut off becomes grey.

rejected by: leaves_out_what_is_broken
because: wrong_paths
on: lite, server
"""

from __future__ import annotations

from PIL import ImageFile

ImageFile.LOAD_TRUNCATED_IMAGES = True
