"""Class: forge
Tries: to write what looks like a perfect answer to every descriptor.
Stopped by: text without a frame is no message; the channel can't be trusted after it, and the child is ended.
Against: search_equals_numpy
Because: forged
Says: search_films
"""


def search_films(client, name, vector, limit):
    import os
    import time

    for descriptor in range(3, 256):
        try:
            os.write(descriptor, b'{"value":{"d":{"value":7}},"arrays":[]}')
        except OSError:
            pass
    time.sleep(600)
