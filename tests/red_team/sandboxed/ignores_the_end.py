"""Class: time
Tries: to go on after its time: it ignores every signal, in a daemon of its own session too, and stops the zygote.
Stopped by: the first process of the sandbox is ended, and with it the kernel ends everything in there.
Gets: time_limit
"""

import contextlib
import os
import signal
import time


def attack():
    for number in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
    with contextlib.suppress(OSError):
        os.kill(2, signal.SIGSTOP)
    while True:
        time.sleep(1)
