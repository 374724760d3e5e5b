"""Which system calls learner code is refused in the sandbox, as a program that the kernel runs before each of them.

What is refused makes another kind of memory that no limit counts (shared memory without a file), opens the way to parts
of the kernel that nothing here needs (new namespaces, mounts, bpf, io_uring, keys), or reaches into another process.
Everything else is allowed: the sandbox stands on its namespaces, and this closes what those leave open.

    program()       bytes for `bwrap --seccomp`: struct sock_filter, as in linux/filter.h
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

REFUSED: dict[str, tuple[int | None, int | None]] = {
    # memory that belongs to no process and to no file
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # parts of the kernel that have had more holes than users
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    # the machine
    "acct": (163, 89),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "settimeofday": (164, 170),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
}
"""Numbers on x86-64 and on 64-bit ARM, from the kernel's tables; None where there is no such call."""

SOCKETS = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16}
"""The families of sockets that are allowed; glibc asks netlink which addresses there are."""


def program(machine: str | None = None) -> bytes:
    """Return the filter for a machine, `x86_64` or `aarch64`; for this one if none is named.

    Raises:
        KeyError: there is no table for that machine.
    """
    kind = _KINDS[machine or platform.machine()]
    return b"".join(_assembled(_lines(kind)))


@dataclass(frozen=True)
class _Kind:
    """A machine: the kernel's name for it, its column in the table, and calls that depend on their arguments."""

    audit: int
    column: int
    clone: int
    clone3: int
    mmap: int
    sockets: tuple[int, int]


_KINDS = {
    "x86_64": _Kind(0xC000003E, 0, clone=56, clone3=435, mmap=9, sockets=(41, 53)),
    "aarch64": _Kind(0xC00000B7, 1, clone=220, clone3=435, mmap=222, sockets=(198, 199)),
}

_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
"""Offsets in struct seccomp_data; of an argument the lower half comes first on both machines."""
_X32 = 0x40000000
"""What marks the numbers of a second interface of x86-64, where every call would have another number."""
_NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
_SHARING, _SHARED_WITHOUT_FILE, _VALIDATED_TOO = 0x2F, 0x21, 0x23
"""Of the flags of mmap: all that say what is shared, and MAP_ANONYMOUS with MAP_SHARED or MAP_SHARED_VALIDATE."""


@dataclass(frozen=True)
class _Line:
    """One instruction, or with `label` alone the place where a jump goes."""

    code: int = 0
    value: int = 0
    yes: str = ""
    no: str = ""
    label: str = ""


def _lines(kind: _Kind) -> list[_Line]:
    refused = [numbers[kind.column] for numbers in REFUSED.values()]
    return [
        _Line(_LOAD, _MACHINE_AT),
        _Line(_EQUAL, kind.audit, no="kill"),
        _Line(_LOAD, _NUMBER_AT),
        _Line(_AT_LEAST, _X32, yes="refuse"),
        _Line(_EQUAL, kind.mmap, yes="mmap"),
        _Line(_EQUAL, kind.clone, yes="clone"),
        _Line(_EQUAL, kind.clone3, yes="unknown"),  # its flags lie in memory; glibc takes clone instead
        *(_Line(_EQUAL, number, yes="socket") for number in kind.sockets),
        *(_Line(_EQUAL, number, yes="refuse") for number in refused if number is not None),
        _Line(label="allow"),
        _Line(_RETURN, _ALLOW),
        _Line(label="mmap"),
        _Line(_LOAD, _ARGUMENTS_AT + 8 * 3),
        _Line(_AND, _SHARING),
        _Line(_EQUAL, _SHARED_WITHOUT_FILE, yes="refuse"),
        _Line(_EQUAL, _VALIDATED_TOO, yes="refuse", no="permit"),
        _Line(label="clone"),
        _Line(_LOAD, _ARGUMENTS_AT),
        _Line(_ANY_BIT, _NEW_NAMESPACES, yes="refuse", no="permit"),
        _Line(label="socket"),
        _Line(_LOAD, _ARGUMENTS_AT),
        *(_Line(_EQUAL, family, yes="permit") for family in SOCKETS.values()),
        _Line(_RETURN, _ERROR | errno.EAFNOSUPPORT),
        _Line(label="permit"),
        _Line(_RETURN, _ALLOW),
        _Line(label="refuse"),
        _Line(_RETURN, _ERROR | errno.EPERM),
        _Line(label="unknown"),
        _Line(_RETURN, _ERROR | errno.ENOSYS),
        _Line(label="kill"),
        _Line(_RETURN, _KILL),
    ]


def _assembled(lines: list[_Line]) -> list[bytes]:
    """Return the instructions; a jump counts how many of them it leaves out, 255 at most."""
    places: dict[str, int] = {}
    instructions: list[_Line] = []
    for line in lines:
        if line.label:
            places[line.label] = len(instructions)
        else:
            instructions.append(line)
    written = []
    for place, line in enumerate(instructions):
        yes, no = (places[label] - place - 1 if label else 0 for label in (line.yes, line.no))
        written.append(struct.pack("=HBBI", line.code, yes, no, line.value))
    return written
