"""The first process in a sandbox: begins the zygote as nobody, and does what the grader asks from within.

Started as `python -m grader.runner.inside CONTROL ZYGOTE UID` by bubblewrap. Over the socket CONTROL it takes one JSON
document a line and answers each with one, and a descriptor where that is what was asked for:

    {"write": [[path, bytes in latin-1], …]}    put files in place, of the submission or for it; null takes one away
    {"listen": port}                            a socket that listens on 127.0.0.1
    {"connect": port}                           a socket that is connected to 127.0.0.1

No code of the submission runs here, and as the first process of its namespace it can't be ended or stopped from within.
When it ends, because the grader hung up or the zygote is gone, the kernel ends everything else in the sandbox.
"""

from __future__ import annotations

import json
import os
import resource
import select
import socket
import sys
from pathlib import Path
from typing import Any

from grader.runner.orphans import PR_SET_DUMPABLE, prctl

SUBMISSION = Path("/submission")
PLACES = ("/proc", "/tmp", "/dev/shm")
"""Where the grader looks for what is used in here."""
PROCESSES = 400
"""Processes and threads of one submission; a client of Milvus takes about ten threads."""
MEBI = 1 << 20
LIMITS = {
    resource.RLIMIT_NPROC: PROCESSES,
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_FSIZE: 128 * MEBI,
    resource.RLIMIT_DATA: 6144 * MEBI,  # the guard looks five times in a second; between two looks this binds
    resource.RLIMIT_CPU: 900,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: MEBI,
    resource.RLIMIT_MSGQUEUE: 0,
}
"""What each process may use at most; the guard counts what all of them use together."""


def main() -> None:
    """Begin the zygote, and serve the grader until one of them is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    os.umask(0o022)
    zygote = _begin_zygote(int(sys.argv[2]), int(sys.argv[3]))
    prctl(PR_SET_DUMPABLE, 0)  # else learner code of the same user could open this process's memory
    ended = os.pidfd_open(zygote)
    places = [os.open(place, os.O_PATH if place != "/proc" else os.O_RDONLY) for place in PLACES]
    socket.send_fds(control, [json.dumps({"errno": 0, "zygote": zygote}).encode() + b"\n"], places)
    for place in places:
        os.close(place)
    with control.makefile("rb") as requests:
        watched: list[Any] = [control, ended]
        while ended not in select.select(watched, [], [])[0]:
            line = requests.readline()
            if not line:
                return
            _answer(control, json.loads(line))


def _begin_zygote(descriptor: int, uid: int) -> int:
    """Start the zygote as `uid` under the limits, and return its pid; with uid 0 it keeps this process's user."""
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # sooner than anybody else's process
        for kind, most in LIMITS.items():
            hard = resource.getrlimit(kind)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (least, least))
        if uid:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)  # with the last of root's rights, capabilities go too
        os.set_inheritable(descriptor, True)
        os.execv(sys.executable, [sys.executable, "-m", "grader.runner.zygote", str(descriptor)])
    except OSError as error:
        sys.stderr.write(f"the zygote doesn't start: {error} {error.filename or ''}\n")
    os._exit(70)


def _answer(control: socket.socket, request: dict[str, Any]) -> None:
    opened: list[socket.socket] = []
    try:
        match request:
            case {"write": files}:
                _write(files)
            case {"listen": port}:
                opened.append(socket.create_server(("127.0.0.1", port), backlog=512))
            case {"connect": port}:
                opened.append(socket.create_connection(("127.0.0.1", port), timeout=5.0))
                opened[0].settimeout(None)
        answer = {"errno": 0}
    except OSError as error:
        answer = {"errno": error.errno or 5}
    socket.send_fds(control, [json.dumps(answer).encode() + b"\n"], [one.fileno() for one in opened])
    for one in opened:
        one.close()


def _write(files: list[tuple[str, str | None]]) -> None:
    """Write files that the user of learner code may read; a path that isn't absolute is one of the submission."""
    for name, content in files:
        path = SUBMISSION / name
        path.unlink(missing_ok=True)
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("latin-1"))
            path.chmod(0o444)


if __name__ == "__main__":
    main()
