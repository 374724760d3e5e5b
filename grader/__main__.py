"""The kit's command line: `python -m grader …`, which the nox sessions call."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable


def _reach_this_machine_directly() -> None:
    """Keep gRPC from asking a company's HTTP proxy for servers on this machine."""
    names = ("no_grpc_proxy", "no_proxy", "NO_PROXY")  # in the spelling that gRPC reads
    known = next((os.environ[name] for name in names if os.environ.get(name)), None)
    os.environ[names[0]] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))


def _leave(main: Callable[[], int]) -> None:
    """Run a command and end with its exit code at once: nothing is left to take apart, and that would take a while."""
    try:
        code: object = main()
    except SystemExit as leaving:
        code = leaving.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its notes on connections mean nothing to a learner
    _reach_this_machine_directly()
    if sys.argv[1:2] in (["grade"], ["watch"] if hasattr(os, "fork") else ["regrade"]):
        # The learner's process imports for most of a second; let it begin before anything else is imported.
        from grader.runner.launch import warm_up

        warm_up()
    try:
        from grader.cli import main
    except KeyboardInterrupt:  # nothing has begun
        os._exit(2)
    _leave(main)
