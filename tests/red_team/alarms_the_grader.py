"""Class: time
Tries: to send the grader the signal of its own alarm, so that the check seems to take too long: nobody's fault.
Stopped by: it is repeated alone, and asked of the reference; where that passes, it is a failure.
Against: counts_films
Because: broke_the_server
Says: didn't end in its time
Alone: it asks for servers of its own
"""


def count_films(client, name):
    import os
    import signal

    import psutil

    os.kill(psutil.Process(os.getppid()).ppid(), signal.SIGALRM)
    return -1
