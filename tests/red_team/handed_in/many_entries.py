"""Class: exhaust
Tries: to keep whoever takes it in busy with 65 000 empty files.
Stopped by: a table of contents has a size beyond which it isn't read, and files are counted.
Refused: more than 20000 files
"""

import zipfile
from pathlib import Path

from tests.handing_in import FILE, HONEST


def hand_in(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, HONEST)
        for number in range(65_000):  # more need zip64, which is refused unread
            archive.writestr(f"{number}", b"")
    return path
