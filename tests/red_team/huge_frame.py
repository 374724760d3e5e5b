"""Class: exhaust
Tries: to have the grader allocate what a frame claims to bring: two gigabytes.
Stopped by: the greatest length of each frame is known before it is read.
Against: counts_films
Because: forged
Says: count_films
"""


def count_films(client, name):
    import os
    import socket
    import struct
    import time

    for descriptor in range(3, 256):
        try:
            with socket.socket(fileno=os.dup(descriptor)) as channel:
                if channel.family == socket.AF_UNIX:
                    channel.sendall(struct.pack("!i", (1 << 31) - 1) + b"x" * 4096)
        except OSError:
            pass
    time.sleep(600)
