"""Class: time
Tries: to hand in a pipe, from which whoever opens it would wait for ever.
Stopped by: only regular files are opened, and without waiting.
Refused: is a link
"""

import os
from pathlib import Path

from tests.handing_in import FILE


def hand_in(folder: Path) -> Path:
    (folder / FILE).parent.mkdir(parents=True)
    os.mkfifo(folder / FILE)
    return folder
