"""The relay: every byte arrives, in order, whoever is slow, silent or gone."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from grader.runner.relay import CONNECTIONS, WAITING_BYTES, Relay, connector
from tests.waiting import until

LARGE = 3 << 20


@pytest.fixture
def relay() -> Iterator[Relay]:
    started = Relay()
    yield started
    started.close()


@pytest.fixture
def joined(relay: Relay) -> Iterator[Callable[[], tuple[socket.socket, socket.socket]]]:
    """Make pairs of sockets that are joined by the relay."""
    server = socket.create_server(("127.0.0.1", 0))
    listener = socket.create_server(("127.0.0.1", 0))
    relay.carry(listener, connector("127.0.0.1", server.getsockname()[1]))
    made: list[socket.socket] = []

    def make() -> tuple[socket.socket, socket.socket]:
        near = socket.create_connection(listener.getsockname(), timeout=10)
        far, _ = server.accept()
        far.settimeout(10)
        made.extend([near, far])
        return near, far

    yield make
    for one in (*made, server):
        one.close()


Join = Callable[[], tuple[socket.socket, socket.socket]]


def heard_all(connection: socket.socket) -> bytes:
    heard = bytearray()
    while chunk := connection.recv(65536):
        heard += chunk
    return bytes(heard)


def said(connection: socket.socket, content: bytes) -> threading.Thread:
    """Say something and that it was all, in a thread."""

    def say() -> None:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=say)
    thread.start()
    return thread


def test_every_byte_arrives_both_ways_at_once(joined: Join) -> None:
    near, far = joined()
    one, other = (random.Random(seed).randbytes(LARGE) for seed in (1, 2))
    threads = [said(near, one), said(far, other)]
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(heard_all(near)))
    reader.start()
    assert heard_all(far) == one
    reader.join()
    assert answers == [other]
    for thread in threads:
        thread.join()


def test_who_has_said_all_may_go_on_listening(joined: Join) -> None:
    near, far = joined()
    near.sendall(b"question")
    near.shutdown(socket.SHUT_WR)
    assert heard_all(far) == b"question"
    far.sendall(b"answer")
    assert near.recv(100) == b"answer"
    far.close()
    assert near.recv(100) == b""


def test_a_slow_reader_slows_the_writer_down(joined: Join) -> None:
    near, far = joined()
    near.setblocking(False)
    sent = 0
    still = 0
    while still < 20:  # until nothing more is taken for a while
        try:
            sent += near.send(bytes(65536))
            still = 0
        except BlockingIOError:
            still += 1
            threading.Event().wait(0.02)
    assert sent < WAITING_BYTES + (32 << 20)  # the rest is what the kernel keeps for two connections
    near.setblocking(True)
    near.shutdown(socket.SHUT_WR)
    assert len(heard_all(far)) == sent


def test_a_reset_is_passed_on(joined: Join) -> None:
    near, far = joined()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    far.close()
    with pytest.raises(ConnectionResetError):
        near.recv(100)


def test_where_nobody_listens_the_connection_is_reset(relay: Relay) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        nowhere = free.getsockname()[1]
    listener = socket.create_server(("127.0.0.1", 0))
    relay.carry(listener, connector("127.0.0.1", nowhere))
    with (
        pytest.raises(ConnectionResetError),  # it may be as early as in the connecting
        socket.create_connection(listener.getsockname(), timeout=10) as near,
    ):
        near.recv(100)


def test_a_port_that_is_stopped_takes_its_connections_with_it(relay: Relay, joined: Join) -> None:
    near, far = joined()
    address = near.getpeername()
    (listener,) = relay._listeners
    relay.stop(listener)
    assert (near.recv(100), far.recv(100)) == (b"", b"")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)
    relay.stop(listener)


def test_one_connection_does_not_wait_for_another(joined: Join) -> None:
    stuck, _ = joined()
    stuck.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            stuck.send(bytes(1 << 20))
    near, far = joined()
    near.sendall(b"quick")
    assert far.recv(100) == b"quick"


def test_too_many_connections_wait_until_there_is_room(
    relay: Relay, joined: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CONNECTIONS > 100
    monkeypatch.setattr("grader.runner.relay.CONNECTIONS", 2)
    pairs = [joined(), joined()]
    (listener,) = relay._listeners
    with socket.create_connection(listener.getsockname(), timeout=10) as third:
        third.sendall(b"late")
        until(lambda: relay._full)
        assert len(relay._sides) == 4
        for one in pairs[0]:
            one.close()
        until(lambda: not relay._full and len(relay._sides) == 4)


def test_a_closed_relay_takes_no_orders_and_nobody_waits_for_it(joined: Join, relay: Relay) -> None:
    near, _ = joined()
    (listener,) = relay._listeners
    relay.close()
    assert near.recv(100) == b""
    relay.stop(listener)
    assert not relay._thread.is_alive()
