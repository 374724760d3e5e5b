"""Class: spy
Tries: to hand in a link to the solution in the teacher's clone instead of a file.
Stopped by: no link is followed; where a file is needed, a link is refused.
Refused: is a link
"""

from pathlib import Path

from tests.handing_in import FILE, SOLUTIONS


def hand_in(folder: Path) -> Path:
    (folder / FILE).parent.mkdir(parents=True)
    (folder / FILE).symlink_to(SOLUTIONS)
    return folder
