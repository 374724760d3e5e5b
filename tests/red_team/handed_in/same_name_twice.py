"""Class: forge
Tries: to show one file to who looks and another to who grades: two entries of one name, in other letters.
Stopped by: names that some file system takes for one are refused when either is needed.
Refused: two of one file
"""

import zipfile
from pathlib import Path

from tests.handing_in import FILE, HONEST


def hand_in(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, HONEST)
        archive.writestr(FILE.replace("ex03_b", "EX03_B"), "other")
    return path
