"""Class: escape
Tries: to leave a thread and a process in a session of its own behind, to go on when the check has ended.
Stopped by: when a child ends, its group is ended, and so is what comes out of it to the zygote.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import subprocess
    import threading
    import time

    threading.Thread(target=time.sleep, args=[600]).start()
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    return -1
