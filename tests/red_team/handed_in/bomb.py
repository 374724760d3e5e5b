"""Class: exhaust
Tries: to fill memory and disk: a small zip file with an exercise of 64 MB in it.
Stopped by: a file is unpacked only up to what an exercise may have.
Refused: more than 512 KB
"""

import zipfile
from pathlib import Path

from tests.handing_in import FILE


def hand_in(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(FILE, "w") as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))
    return path
