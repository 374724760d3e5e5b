"""A child where there is no fork: import, call the grader back over loopback, answer its requests."""

from __future__ import annotations

import os
import socket
import sys
from multiprocessing.connection import Connection


def main() -> None:
    """Run as `python -m grader.runner.spawned PORT`, with the grader's secret as one line on standard input."""
    import pymilvus  # noqa: F401

    from grader.runner.child import serve

    secret = sys.stdin.readline().strip()
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    connection.sendall(secret.encode())
    serve(Connection(connection.detach()))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
