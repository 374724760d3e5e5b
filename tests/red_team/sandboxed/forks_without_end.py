"""Class: exhaust
Tries: to fork for as long as it can, in every process that comes of it.
Stopped by: the number of processes of one submission, and the processor time of all of them together; the whole sandbox
ends with the call.
Gets: time_limit or cpu_limit or memory_limit
"""

import os


def attack():
    while True:
        try:
            os.fork()
        except OSError:
            pass
