"""Class: tamper
Tries: to have the kit write somewhere else, or wait for ever, where it hands over files: it lays links and pipes in the
way in /tmp.
Stopped by: who writes there sees nothing but the same sandbox, in which all else is read-only, and nobody outside waits
for it without a limit.
Gets: nothing
"""

import os


def attack():
    for place in ("/tmp/pytest-of-root", "/tmp/pytest-of-learner", "/tmp/handed"):
        try:
            os.symlink("/dojo/grader/runner", place)
        except OSError:
            pass
    os.mkfifo("/tmp/pipe")
    try:
        with open("/tmp/handed/child.py", "w") as stream:
            stream.write("")
        return ["child.py"]
    except OSError:
        return []
