"""Class: escape
Tries: to get at the descriptors, the root and the memory of the kit's own two processes in the sandbox, which lead
outside: its first process and the zygote.
Stopped by: neither can be traced by its own user, and their entries in /proc are closed with that.
Gets: nothing
"""

import os


def attack():
    got = []
    for pid in (1, 2):
        for entry in ("root", "cwd", "mem", "fd", "map_files", "environ", "syscall", "stack"):
            path = f"/proc/{pid}/{entry}"
            try:
                got += [path] if os.listdir(path) is not None else []
            except OSError:
                pass
            try:
                descriptor = os.open(path, os.O_RDONLY)
                got += [path] if os.path.isdir(path) or os.read(descriptor, 1) else []
            except OSError:
                pass
    return got
