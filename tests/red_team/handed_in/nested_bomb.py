"""Class: exhaust
Tries: to fill the disk by zip files in zip files, each of which is small.
Stopped by: nothing is unpacked but what exercises use, and a zip file in a zip file never is.
Takes: the exercise
"""

import io
import zipfile
from pathlib import Path

from tests.handing_in import FILE, HONEST


def hand_in(folder: Path) -> Path:
    content = bytes(8 << 20)
    for _ in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{number}.zip", content)
        content = packed.getvalue()
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, HONEST)
        archive.writestr("exercises/stage1_basics/more.zip", content)
    return path
