"""What a sandbox shows: the command line of bubblewrap, with the files that it is handed.

    /usr /lib … /etc        the system, as far as an interpreter needs it; of /etc a handful of files
    (where they lie)        the interpreter, its library and its packages
    /dojo                   of the kit only what a child imports and the data of models
    /submission             the submission's file and folder, written by the first process inside
    /tmp /dev/shm           empty and private, of limited size
    /proc /dev              of its own processes; four devices

All but /tmp and /dev/shm is read-only. Solutions, checks, reports, other submissions and .git aren't hidden: they were
never there.
"""

from __future__ import annotations

import os
import site
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from grader.runner import syscalls
from grader.runner.launch import ROOT, clean_environment

KIT = Path("/dojo")
INSIDE_UID = 65534
SHOWN = (
    "grader/__init__.py",
    *(f"grader/runner/{name}.py" for name in ("__init__", "child", "inside", "orphans", "wire", "zygote")),
    *(f"infra/{name}.py" for name in ("__init__", "endpoint", "polling")),
    *(f"fixtures/{name}.py" for name in ("__init__", "datasets", "models")),
)
"""What a child imports of the kit; drives may import no more than this and the installed packages."""
SHOWN_DATA = (
    *(f"fixtures/data/corpus/{name}" for name in ("corpus.json.gz", "vectors.npz")),
    *(f"fixtures/data/emoji/emoji-clip.{kind}" for kind in ("json", "safetensors")),
)
"""What `fixtures.models` reads."""
TMP_BYTES = 256 << 20
SHM_BYTES = 64 << 20
SUBMISSION_BYTES = 32 << 20

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_OF_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives")
_DEVICES = ("null", "random", "urandom", "full")  # not /dev/zero: mapped as shared, it is memory that nobody owns


def command(descriptors: ExitStack, uid: int) -> tuple[list[str], list[int]]:
    """Return the beginning of a command line, and the descriptors that it names, which `descriptors` closes.

    Args:
        descriptors: what owns the descriptors.
        uid: as whom learner code will run; 0 where this process has no other user to give, and a user namespace is due.
    """
    opened: list[int] = []

    def handed(content: bytes) -> str:
        descriptor = os.memfd_create("sandbox")
        descriptors.callback(os.close, descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        opened.append(descriptor)
        return str(descriptor)

    arguments = [*_namespaces(uid), *_view(), "--seccomp", handed(syscalls.program())]
    for name in (*SHOWN, *(name for name in SHOWN_DATA if not _anybody_reads(ROOT / name))):
        arguments += ["--perms", "0444", "--file", handed((ROOT / name).read_bytes()), str(KIT / name)]
    for name, text in _accounts(uid or INSIDE_UID).items():
        arguments += ["--perms", "0444", "--file", handed(text.encode()), f"/etc/{name}"]
    arguments += ["--clearenv", *(word for name, value in _environment().items() for word in ("--setenv", name, value))]
    arguments += ["--remount-ro", "/", "--chdir", str(KIT)]
    return ["bwrap", "--args", handed("\0".join(arguments).encode() + b"\0")], opened


def _namespaces(uid: int) -> Iterator[str]:
    yield from ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "dojo", "--cap-drop", "ALL")
    if uid:  # the first process inside is root without any other right, and gives this one away too
        yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield from ("--unshare-user", "--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID))


def _view() -> Iterator[str]:
    shown = [Path("/usr")]
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from ("--perms", "0755", "--dir", "/etc")
    for name in _OF_ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from _places()  # before the interpreter: the kit may lie below /tmp
    python = [path for path in _interpreter() if not _within(path, shown)]
    yield from (word for path in python if not _within(path, [ROOT]) for word in _bound(path, shown))
    if _within(ROOT, [*shown, *python]):
        yield from ("--tmpfs", str(ROOT))
    yield from (word for path in python if _within(path, [ROOT]) for word in _bound(path, []))
    for name in SHOWN_DATA:
        yield from _way_to(KIT / name, shown)
        if _anybody_reads(ROOT / name):
            yield from ("--ro-bind", str(ROOT / name), str(KIT / name))


def _anybody_reads(path: Path) -> bool:
    """Say whether the user inside can read a file where it lies; one that was written under umask 077 he can't."""
    return bool(path.stat().st_mode & stat.S_IROTH)


def _bound(path: Path, shown: list[Path]) -> Iterator[str]:
    yield from _way_to(path, shown)
    yield from ("--ro-bind", str(path), str(path))


def _way_to(path: Path, shown: list[Path]) -> Iterator[str]:
    """Make the folders above a path so that anybody may walk through, as outside it may lie in a private home."""
    for folder in reversed(path.parents[:-1]):
        if not _within(folder, shown):
            yield from ("--perms", "0755", "--dir", str(folder))


def _places() -> Iterator[str]:
    yield from ("--proc", "/proc", "--tmpfs", "/dev")
    for name in _DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    yield from ("--symlink", "/proc/self/fd", "/dev/fd")
    yield from ("--size", str(SHM_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm")
    yield from ("--remount-ro", "/dev")
    yield from ("--size", str(TMP_BYTES), "--perms", "1777", "--tmpfs", "/tmp", "--perms", "0777", "--dir", "/tmp/home")
    if not (handed := Path(tempfile.gettempdir()).resolve()).is_relative_to("/tmp"):
        yield from _way_to(handed, [])
        yield from ("--size", str(SUBMISSION_BYTES), "--perms", "0755", "--tmpfs", str(handed))  # for what checks write
    yield from ("--size", str(SUBMISSION_BYTES), "--perms", "0755", "--tmpfs", "/submission")


def _interpreter() -> list[Path]:
    """Return the folders that this interpreter consists of, and no folder around them."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parents[1])}
    parts = (Path(prefix, part) for prefix in sorted(prefixes) for part in ("bin", "lib", "lib64", "pyvenv.cfg"))
    return [path for path in (*parts, *_own_packages()) if path.exists()]


def _own_packages() -> list[Path]:
    """Return the folder of packages that the user has installed for himself, where it is in use."""
    if site.ENABLE_USER_SITE and (path := site.getusersitepackages()) in sys.path:
        return [Path(path)]
    return []


def _within(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _environment() -> dict[str, str]:
    path = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
    elsewhere = clean_environment() | {
        "PATH": ":".join(path),
        "HOME": "/tmp/home",
        "TMPDIR": "/tmp",
        "USER": "learner",
        "PYTHONPATH": ":".join([str(KIT), *map(str, _own_packages())]),
    }
    return {name: value for name, value in elsewhere.items() if name not in ("TEMP", "SYSTEMROOT")}


def _accounts(uid: int) -> dict[str, str]:
    return {
        "passwd": f"root:x:0:0:root:/:/bin/false\nlearner:x:{uid}:{uid}:learner:/tmp/home:/bin/sh\n",
        "group": f"root:x:0:\nlearner:x:{uid}:\n",
        "hosts": "127.0.0.1 localhost dojo\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
