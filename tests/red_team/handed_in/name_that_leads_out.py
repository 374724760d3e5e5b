"""Class: tamper
Tries: to write beside its own place, into the grader itself: an entry of the zip file begins with `../`.
Stopped by: such a name is refused with the whole file; what is copied gets its name from the curriculum.
Refused: leads out of its folder
"""

import zipfile
from pathlib import Path

from tests.handing_in import FILE, HONEST


def hand_in(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, HONEST)
        archive.writestr("exercises/stage1_basics/../../../../grader/verdict.py", "")
    return path
