"""Class: spy
Tries: to hand in the solutions' folder, by a link where the exercises should be.
Stopped by: no link is entered; one on the way to an exercise is refused.
Refused: is a link
"""

from pathlib import Path

from tests.handing_in import FILE, SOLUTIONS


def hand_in(folder: Path) -> Path:
    place = (folder / FILE).parent
    place.parent.mkdir(parents=True)
    place.symlink_to(SOLUTIONS.parent)
    return folder
