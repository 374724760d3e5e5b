"""Class: exhaust
Tries: to hand in a link to /dev/zero, which has no end.
Stopped by: no link is followed; where a file is needed, a link is refused.
Refused: is a link
"""

from pathlib import Path

from tests.handing_in import FILE


def hand_in(folder: Path) -> Path:
    (folder / FILE).parent.mkdir(parents=True)
    (folder / FILE).symlink_to("/dev/zero")
    return folder
