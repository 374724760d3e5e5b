"""Class: escape
Tries: to take the grader along by a signal to the whole process group.
Stopped by: the child leads a session of its own, so its group holds nobody else.
Against: upsert_replaces
Because: crashed
Says: SIGKILL
"""


def upsert_films(client, name, films):
    import os

    os.killpg(0, 9)
