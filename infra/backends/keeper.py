"""The keeper: one detached process per server, which starts Milvus as its child and ends it in time.

Run as `python -m infra.backends.keeper HOME`, where HOME holds the `server.json` that says what to start.
Milvus ends with its keeper, and the keeper ends

- when it gets SIGTERM, or its `server.json` is gone or names another keeper;
- when its owner is gone, however that ended, and the server is private or not ready yet;
- when the server is shared and nobody used it for `idle_seconds`: graders touch the file `used`;
- when Milvus ended by itself; then the exit code is noted and the log is left for whoever comes next.

In the first three cases the home is removed: Milvus is killed rather than asked, because its data is thrown
away and a loaded 2.3.5 server was seen to ignore SIGTERM for 200 s. A keeper that is killed with -9 leaves
Milvus behind; `infra.backends.sweep` ends that. In a container Milvus outlives its process here, the attendant, so the
keeper removes the container in all four cases.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from infra.backends import records
from infra.backends.processes import Process

POLL_SECONDS = 0.2


def main(home: Path) -> None:
    """Keep the server that `home` describes until it isn't needed any more."""
    asked_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
    record = records.read(home)
    if record is None:
        return
    record = replace(record, keeper=Process.this())
    records.write(home, record)

    milvus = _start(home, record)
    try:
        record = replace(record, milvus=Process.of(milvus.pid))
        records.write(home, record)
        while milvus.poll() is None and not asked_to_stop.wait(POLL_SECONDS) and _is_needed(home, record):
            pass
    finally:
        exit_code = milvus.poll()
        if exit_code is None:
            Process.of(milvus.pid).kill()
            milvus.wait()
        if record.backend == "container":
            from infra.backends.container import remove  # here, because it imports Docker's SDK

            remove(home)
        if exit_code is None:
            shutil.rmtree(home, ignore_errors=True)
    if exit_code is not None and (last := records.read(home)):
        records.write(home, replace(last, exit_code=exit_code))


def _start(home: Path, record: records.Record) -> subprocess.Popen[bytes]:
    with (home / records.LOG).open("ab") as log:
        return subprocess.Popen(
            record.command,
            cwd=home,
            env=record.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _is_needed(home: Path, record: records.Record) -> bool:
    now = records.read(home)
    if now is None or now.keeper != record.keeper:
        return False
    if now.shared and now.ready:
        return _idle_seconds(home) < now.idle_seconds
    return now.owner.is_alive()


def _idle_seconds(home: Path) -> float:
    return time.time() - (home / records.USED).stat().st_mtime


if __name__ == "__main__":
    main(Path(sys.argv[1]))
