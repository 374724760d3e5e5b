"""A warm interpreter that forks the learner's processes: libraries imported, no client opened, nothing loaded.

Started as `python -m grader.runner.zygote FD`. Over the control socket FD it takes one JSON document for each child,
with two descriptors (the child's channel and its output), and answers with the pid; when a child ends it says so. When
the socket closes, for instance since the grader was killed, it ends every process that came out of it. A child holds
none of its descriptors, and ends with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol

from grader.runner.orphans import PR_SET_PDEATHSIG, guard_this_process, mark_as_learners, prctl


class _Closable(Protocol):
    def close(self) -> None: ...


def main() -> None:
    """Import what submissions use, then fork on request."""
    control = socket.socket(fileno=int(sys.argv[1]))
    guard_this_process()  # what a child leaves behind becomes ours, so that it can be found and ended
    import numpy  # noqa: F401

    import grader.runner.child  # noqa: F401
    from infra.polling import poll_often

    poll_often()  # imports pymilvus

    # What is alive now stays for ever; without this every child's first collection would copy it page by page.
    gc.collect()
    gc.freeze()
    _serve(control)
    os._exit(0)  # the grader waits for this, and taking a large interpreter apart would cost it a tenth of a second


def _serve(control: socket.socket) -> None:
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children = _Children()
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    if not _fork(control, children, (control, woken, wake, selector)):
                        _end_all(children)
                        return
                else:
                    with contextlib.suppress(BlockingIOError):
                        woken.recv(4096)
                    _reap(control, children)


@dataclass
class _Children:
    """The pids of the children that run, and of orphans that were killed but not collected yet."""

    running: set[int] = field(default_factory=set)
    killed: set[int] = field(default_factory=set)


def _fork(control: socket.socket, children: _Children, own: tuple[_Closable, ...]) -> bool:
    """Take one request; in the child, which may hold nothing of our `own`, this doesn't return.

    Returns:
        False when the grader is gone.
    """
    try:
        line, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
    except OSError:
        return False
    if not line:
        return False
    request = json.loads(line)
    channel, output = descriptors
    _load(request["models"])
    try:
        pid = os.fork()
    except OSError as error:  # no memory, or too many processes
        _tell(control, {"refused": error.errno or 0, "request": request["request"]})
    else:
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for closable in own:
                closable.close()
            _become_child(channel, output, request["cwd"])
        children.running.add(pid)
        _tell(control, {"forked": pid, "request": request["request"]}, shown=pid if request.get("show") else 0)
    os.close(channel)
    os.close(output)
    return True


def _load(models: list[str]) -> None:
    """Load models for every child to come; one that can't be loaded is tried again, and fails, in the child."""
    if not models:
        return  # where no model is asked for, nothing of `fixtures` is in a child's memory
    from fixtures.models import is_loaded, load

    if all(is_loaded(model) for model in models):
        return
    for model in models:
        with contextlib.suppress(Exception):
            load(model)
    gc.collect()
    gc.freeze()


def _become_child(channel: int, output: int, cwd: str) -> None:
    """Detach from the zygote, take the descriptors, and answer the grader until it hangs up."""
    import numpy

    from grader.runner.child import serve

    status = 70
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        mark_as_learners()
        numpy.random.seed()  # else every child would draw the same numbers
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(cwd)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for spare in (null, output):
            os.close(spare)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        status = serve(Connection(channel))
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # No clean-up handlers of the zygote, and no waiting for threads that the learner's code left behind.
        os._exit(status)


def _reap(control: socket.socket, children: _Children) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in children.running:
            children.running.discard(pid)
            _end_group(pid)
            _end_orphans(children)
            _tell(control, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})
        elif pid in children.killed:
            children.killed.discard(pid)
            _end_orphans(children)  # what it had started became ours


def _tell(control: socket.socket, message: dict[str, int], shown: int = 0) -> None:
    """Send one line; with the descriptor of a process, for a grader that calls it by another pid."""
    line = json.dumps(message).encode() + b"\n"
    with contextlib.suppress(OSError):
        if not shown:
            control.sendall(line)
            return
        descriptor = os.pidfd_open(shown)
        socket.send_fds(control, [line], [descriptor])
        os.close(descriptor)


def _end_orphans(children: _Children) -> None:
    """Kill what became ours, unless it lives in the session of a child that still runs."""
    import psutil

    for process in psutil.Process().children():
        if process.pid not in children.running:
            with contextlib.suppress(psutil.Error, OSError):
                if os.getsid(process.pid) not in children.running:
                    process.kill()
                    children.killed.add(process.pid)


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _end_all(children: _Children) -> None:
    """Kill every child, and what they leave behind until nothing is left."""
    for pid in children.running:
        _end_group(pid)
    children.running.clear()
    with contextlib.suppress(ChildProcessError):
        while True:
            _end_orphans(children)
            os.wait()


if __name__ == "__main__":
    main()
