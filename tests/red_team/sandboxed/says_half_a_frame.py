"""Class: time
Tries: to keep whoever grades waiting for the rest of an answer: it says a byte now and then and never comes to an end.
Stopped by: the clock runs for the answer as a whole, however often something comes.
Gets: time_limit
"""

import gc
import time
from multiprocessing.connection import Connection


def attack():
    channel = next(each for each in gc.get_objects() if isinstance(each, Connection) and not each.closed)
    import os

    os.write(channel.fileno(), (1000).to_bytes(4, "big"))
    while True:
        os.write(channel.fileno(), b"{")
        time.sleep(0.05)
