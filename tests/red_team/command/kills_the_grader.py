"""Class: escape
Tries: to kill the grader before it can write a report.
Stopped by: without the grader there is no report, no progress and no exit code of a pass.
Against: counts_films
"""


def count_films(client, name):
    import os
    import time

    import psutil

    os.kill(psutil.Process(os.getppid()).ppid(), 9)
    time.sleep(600)
