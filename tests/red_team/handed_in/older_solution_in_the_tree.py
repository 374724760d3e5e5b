"""Class: forge
Tries: to be graded by its own checks, and to have its copy of the solutions taken for its work.
Stopped by: what lies in folders of the kit is no work of a learner's, and what was changed there is told by name.
Takes: nothing
"""

from pathlib import Path

from tests.handing_in import HONEST


def hand_in(folder: Path) -> Path:
    for name in (
        "solutions/stage1_basics/ex03_basic_operations.py",
        "checks/stage1_basics/check_03_basic_operations.py",
    ):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(HONEST)
    return folder
