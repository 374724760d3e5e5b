"""Class: tamper
Tries: to have the kit write somewhere else, or wait for ever, where it hands over files: it lays a link in the way in
/tmp, before anything is there.
Stopped by: who writes there sees nothing but the same sandbox, in which all else is read-only, and nobody outside waits
for it without a limit: the check fails by its time.
Gets: nothing
"""

import os


def attack(place="/tmp/handed"):
    os.symlink("/dojo/grader/runner", place)
    try:
        with open(f"{place}/child.py", "w") as stream:
            stream.write("")
        return ["child.py"]
    except OSError:
        return []


def text(path):
    return open(path).read()
