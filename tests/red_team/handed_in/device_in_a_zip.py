"""Class: escape
Tries: to have a device made where it is unpacked: an entry of the zip file says that it is one.
Stopped by: what isn't a regular file counts as a link, which is refused.
Refused: is a link
"""

import stat
import zipfile
from pathlib import Path

from tests.handing_in import FILE


def hand_in(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    entry = zipfile.ZipInfo(FILE)
    entry.external_attr = (stat.S_IFBLK | 0o666) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, b"")
    return path
