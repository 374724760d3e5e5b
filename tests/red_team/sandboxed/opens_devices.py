"""Class: escape
Tries: to open or make devices of this machine, its kernel's settings and its control groups.
Stopped by: there are four devices in the sandbox, /sys isn't there, and settings in /proc belong to root.
Gets: nothing
"""

import os
import stat


def attack():
    got = []
    for path in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/tty"):
        try:
            os.close(os.open(path, os.O_RDWR))
            got.append(path)
        except OSError:
            pass
    for path in (
        "kernel/core_pattern",
        "kernel/modprobe",
        "vm/drop_caches",
        "vm/overcommit_memory",
    ):
        try:
            os.close(os.open(f"/proc/sys/{path}", os.O_WRONLY))
            got.append(path)
        except OSError:
            pass
    for path in ("/proc/sysrq-trigger", "/proc/kcore", "/proc/1/oom_score_adj", "/proc/1/ns/mnt"):
        try:
            os.close(os.open(path, os.O_WRONLY if "sysrq" in path or "oom" in path else os.O_RDONLY))
            got.append(path)
        except OSError:
            pass
    for kind, device in ((stat.S_IFBLK, os.makedev(8, 0)), (stat.S_IFCHR, os.makedev(1, 1))):
        try:
            os.mknod(f"/tmp/device{device}", 0o666 | kind, device)
            got.append("mknod")
        except OSError:
            pass
    return got + [path for path in ("/sys/kernel", "/sys/fs/cgroup") if os.path.exists(path)]
