"""Class: escape
Tries: to kill the process that starts learner code, and to leave a process behind that nobody collects any more.
Stopped by: a zygote is replaced. What it would have collected comes to the grader, which knows it by a mark that
no process can take off, and ends it.
Against: deletes_by_key
Because: crashed
Says: delete_films
"""


def delete_films(client, name, ids):
    import os
    import subprocess
    import time

    last = f"echo $$ >> {__file__}.pids; kill -9 {os.getppid()}; exec sleep 600"
    subprocess.Popen(["setsid", "sh", "-c", f"{last} >/dev/null 2>&1 </dev/null &"])
    time.sleep(600)
