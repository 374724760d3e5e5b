"""Ports without a Milvus, as a client sees them."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import pytest

from fixtures.ports import closed_port, silent_port


def connected(uri: str) -> socket.socket:
    parts = urlsplit(uri)
    return socket.create_connection((parts.hostname, parts.port or 0), timeout=2.0)


def test_a_closed_port_refuses_and_nobody_else_gets_it() -> None:
    with closed_port() as port:
        with pytest.raises(ConnectionRefusedError):
            connected(port.uri)
        with pytest.raises(OSError), socket.create_server(("127.0.0.1", int(port.address.split(":")[1]))):
            pass


def test_a_released_port_can_be_listened_on_at_once() -> None:
    with closed_port() as port:
        port.release()
        with socket.create_server(("127.0.0.1", int(port.address.split(":")[1]))), connected(port.uri):
            pass


def test_a_silent_port_accepts_counts_and_says_nothing() -> None:
    with silent_port() as port:
        assert port.connections == 0
        with connected(port.uri) as first, connected(port.uri):
            first.sendall(b"PRI * HTTP/2.0\r\n\r\n")
            first.settimeout(0.2)
            with pytest.raises(TimeoutError):
                first.recv(1)
            until = time.monotonic() + 2.0
            while port.connections < 2 and time.monotonic() < until:
                time.sleep(0.01)
        assert port.connections == 2
    with pytest.raises(ConnectionRefusedError):
        connected(port.uri)
