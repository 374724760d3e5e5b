"""A warm interpreter that forks the learner's processes: libraries imported, no client opened, nothing loaded.

Started as `python -m grader.runner.zygote FD`. Over the control socket FD it takes one JSON line for each child, with
two descriptors (the child's channel and its output), and answers with the pid; when a child ends it says so. When the
socket closes, for instance since the grader was killed, it ends every process that came out of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from multiprocessing.connection import Connection

PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Import what submissions use, then fork on request."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _adopt_orphans()
    import numpy  # noqa: F401
    import pymilvus  # noqa: F401

    import grader.runner.child  # noqa: F401

    # What is alive now stays for ever; without this every child's first collection would copy it page by page.
    gc.collect()
    gc.freeze()
    _serve(control)


def _serve(control: socket.socket) -> None:
    wake, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    if not _fork(control, children):
                        _end_all(children)
                        return
                else:
                    os.read(wake, 4096)
                    _reap(control, children)


def _fork(control: socket.socket, children: set[int]) -> bool:
    """Take one request; in the child this doesn't return. False when the grader is gone."""
    try:
        line, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
    except OSError:
        return False
    if not line:
        return False
    channel, output = descriptors
    pid = os.fork()
    if pid == 0:
        control.close()
        _become_child(channel, output, json.loads(line)["cwd"])
    os.close(channel)
    os.close(output)
    children.add(pid)
    _tell(control, {"forked": pid})
    return True


def _become_child(channel: int, output: int, cwd: str) -> None:
    """Detach from the zygote, take the descriptors, and answer the grader until it hangs up."""
    from grader.runner.child import serve

    status = 70
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(cwd)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for spare in (null, output):
            os.close(spare)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        serve(Connection(channel))
        status = 0
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # No clean-up handlers of the zygote, and no waiting for threads that the learner's code left behind.
        os._exit(status)


def _reap(control: socket.socket, children: set[int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in children:
            children.discard(pid)
            _end_group(pid)
            _end_orphans(children)
            _tell(control, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _tell(control: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):
        control.sendall(json.dumps(message).encode() + b"\n")


def _adopt_orphans() -> None:
    """Make processes that a child leaves behind ours, so that they can be found and ended (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end_orphans(children: set[int]) -> None:
    import psutil

    for process in psutil.Process().children():
        if process.pid not in children:
            with contextlib.suppress(psutil.Error):
                process.kill()


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _end_all(children: set[int]) -> None:
    for pid in children:
        _end_group(pid)
    _end_orphans(set())


if __name__ == "__main__":
    main()
