"""Class: time
Tries: to stay below every limit: it yields one value after the other, each quickly enough.
Stopped by: the time is that of the whole call, with all that it yields.
Gets: time_limit
"""

import time


def attack():
    while True:
        yield 1
        time.sleep(0.05)
