"""The ports of one sandbox: which servers it may reach, and which of its own are reached from out here.

A port of this machine on which nobody listens is closed inside, too, until somebody does.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from grader.runner.relay import Relay, connector

HOST = "127.0.0.1"
LOCAL = (HOST, "localhost")
LOOK_S = 0.01
_LISTENS = "0A"
"""How /proc/net/tcp says that a socket listens."""
SocketOf = Callable[[Literal["listen", "connect"], int], socket.socket]


class PortTaken(Exception):
    """Code in the sandbox listens on the very port on which it was to reach the server."""


class Openings:
    """Opens and closes ports of a sandbox.

    Args:
        socket_of: makes a socket inside that listens on a port, or that is connected to one; raises OSError.
    """

    def __init__(self, socket_of: SocketOf) -> None:
        self._socket_of = socket_of
        self._lock = threading.Lock()
        self._listeners: dict[int, socket.socket] = {}
        self._users: dict[int, int] = {}
        self._awaited: set[int] = set()
        self._relay: Relay | None = None

    def open(self, uri: str) -> tuple[str, int]:
        """Let a server be reached from within, on the same port of 127.0.0.1, until `shut`.

        Returns:
            The address to use inside, which is the same if the server is on this machine, and the port.

        Raises:
            PortTaken: learner code listens there.
            OSError: the sandbox is gone.
        """
        parts = urlsplit(uri)
        host, port = parts.hostname or HOST, parts.port or (443 if parts.scheme == "https" else 80)
        with self._lock:
            if port not in self._listeners and port not in self._awaited:
                if host in LOCAL and not is_listened_on(port) and not answers(port):
                    self._awaited.add(port)
                    threading.Thread(target=self._await, args=(host, port), daemon=True, name="opening").start()
                else:
                    self._listen(host, port)
            self._users[port] = self._users.get(port, 0) + 1
        return uri if host in LOCAL else parts._replace(netloc=f"{HOST}:{port}").geturl(), port

    def shut(self, port: int) -> None:
        """Take back one `open`; when nobody needs the port any more, it is closed with every connection."""
        with self._lock:
            self._users[port] -= 1
            if not self._users[port]:
                del self._users[port]
                self._awaited.discard(port)
                if port in self._listeners:
                    self._relayed().stop(self._listeners.pop(port))

    @contextlib.contextmanager
    def reach(self, port: int) -> Iterator[int]:
        """Let a port on which the submission listens be reached from out here; yields the port to take here."""
        listener = socket.create_server((HOST, 0))
        here: int = listener.getsockname()[1]
        relay = self._relayed()
        relay.carry(listener, lambda: self._socket_of("connect", port))
        try:
            yield here
        finally:
            relay.stop(listener)

    def close(self) -> None:
        """Close everything."""
        self._awaited.clear()
        if self._relay is not None:
            self._relay.close()

    def _listen(self, host: str, port: int) -> None:
        try:
            listener = self._socket_of("listen", port)
        except OSError as error:
            raise PortTaken(port) if error.errno == errno.EADDRINUSE else error from None
        self._relayed().carry(listener, connector(host, port))
        self._listeners[port] = listener

    def _await(self, host: str, port: int) -> None:
        """Begin to listen inside as soon as somebody listens out here, unless it isn't asked for any more."""
        while not is_listened_on(port):
            time.sleep(LOOK_S)
            if port not in self._awaited:
                return
        # Learner code that has taken the port inside meanwhile fools only itself.
        with self._lock, contextlib.suppress(OSError, PortTaken):
            if port in self._awaited:
                self._awaited.discard(port)
                self._listen(host, port)

    def _relayed(self) -> Relay:
        if self._relay is None:
            self._relay = Relay()
        return self._relay


def is_listened_on(port: int) -> bool:
    """Say whether somebody on this machine listens on a port, without a connection that would be counted there."""
    ends = f":{port:04X}"
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *_ = line.split()
                if state == _LISTENS and local.endswith(ends):
                    return True
    return False


def answers(port: int) -> bool:
    """Say whether a port is served although nobody here listens: Docker may lead it away by iptables alone."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
        return True
    return False
