"""Class: escape
Tries: to become root by programs that may make one of anybody: su, mount, newgrp, passwd, sudo, unshare.
Stopped by: no process in the sandbox can get rights that it doesn't have (NO_NEW_PRIVS); nor is it told any password.
Gets: nothing
"""

import os
import shutil
import subprocess


def attack():
    got = []
    commands = (
        ["su", "-c", "id -u"],
        ["sudo", "-n", "id", "-u"],
        ["newgrp", "root", "-c", "id -u"],
        ["mount", "-t", "tmpfs", "none", "/tmp"],
        ["unshare", "-r", "id", "-u"],
        ["pkexec", "id", "-u"],
        ["setpriv", "--reuid", "0", "id", "-u"],
    )
    for command in commands:
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
            if done.returncode == 0 and (done.stdout.strip() == "0" or command[0] == "mount"):
                got.append(command[0])
    for pretend in (os.setuid, os.setgid):
        try:
            pretend(0)
            got.append(pretend.__name__)
        except OSError:
            pass
    return got
