"""Carries connections between a sandbox, which has a network of its own, and the one port that it may reach.

A listening socket that was made inside a sandbox is accepted from out here, for a socket belongs to the network that it
was made in, whoever holds it. So no code of ours runs beside learner code, and none of its code can take our place.

    relay.carry(listener, connect)      each connection to `listener` is joined with one that `connect` begins
    relay.stop(listener)                the port is closed, and so is what came through it

The bytes are passed on as they are. A side that reads slowly slows the other down, a side that has said all it had to
say may go on listening, and a reset is passed on as one.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

WAITING_BYTES = 256 << 10
"""How much may wait on its way to one side before nothing more is read from the other."""
CONNECTIONS = 400
"""At once; whoever comes after that waits, so that the grader keeps descriptors for itself."""
CHUNK = 64 << 10
PAUSE_S = 0.05
CLOSE_LIMIT_S = 5.0

Connect = Callable[[], socket.socket]


def connector(host: str, port: int) -> Connect:
    """Return what begins a connection to a port, and doesn't wait for it."""

    def connect() -> socket.socket:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        if connection.connect_ex(address) not in (0, errno.EINPROGRESS):
            connection.close()
            raise ConnectionRefusedError
        return connection

    return connect


class Relay:
    """One thread that carries all connections of one sandbox."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Callable[..., None], Any]] = queue.SimpleQueue()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._listeners: dict[socket.socket, Connect] = {}
        self._sides: set[_Side] = set()
        self._full = False
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True, name="relay")
        self._thread.start()

    def carry(self, listener: socket.socket, connect: Connect) -> None:
        """Join what comes to a listening socket, which belongs to the relay from now on, with what `connect` begins."""
        listener.setblocking(False)
        self._order(self._begin, (listener, connect))

    def stop(self, listener: socket.socket) -> None:
        """Close a listening socket with all connections that came through it."""
        done = threading.Event()
        self._order(self._end, (listener, done))
        while self._thread.is_alive() and not done.wait(PAUSE_S):
            pass

    def close(self) -> None:
        """Close everything."""
        self._order(self._end_all, None)
        self._thread.join(CLOSE_LIMIT_S)

    def _order(self, action: Callable[..., None], subject: Any) -> None:
        self._orders.put((action, subject))
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def _run(self) -> None:
        while self._open:
            for key, events in self._selector.select(PAUSE_S if self._full else None):
                if key.fileobj is self._woken:
                    self._obey()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._listeners:
                    self._accept(key.fileobj)
                elif isinstance(key.data, _Side) and key.data in self._sides:
                    self._move(key.data, events)
            if self._full:
                self._listen_again()
        self._selector.close()
        self._woken.close()
        self._wake.close()

    def _obey(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        with contextlib.suppress(queue.Empty):
            while True:
                action, subject = self._orders.get_nowait()
                action(subject)

    def _begin(self, order: tuple[socket.socket, Connect]) -> None:
        listener, connect = order
        try:
            self._selector.register(listener, selectors.EVENT_READ)
        except (OSError, ValueError):  # what came out of the sandbox is nothing that can be waited for
            listener.close()
        else:
            self._listeners[listener] = connect

    def _end(self, order: tuple[socket.socket, threading.Event]) -> None:
        listener, done = order
        if self._listeners.pop(listener, None) is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(listener)
            listener.close()
        for side in [side for side in self._sides if side.listener is listener]:
            self._drop(side)
        done.set()

    def _end_all(self, _: object) -> None:
        for listener in [*self._listeners]:
            self._end((listener, threading.Event()))
        self._open = False

    def _accept(self, listener: socket.socket) -> None:
        if len(self._sides) >= 2 * CONNECTIONS:
            self._stop_listening()
            return
        try:
            near, _ = listener.accept()
        except BlockingIOError:
            return
        except OSError:  # no descriptors left, or no socket that listens
            self._stop_listening()
            return
        near.setblocking(False)
        try:
            far = self._listeners[listener]()
        except OSError:
            _reset(near)
            return
        far.setblocking(False)
        one, other = _Side(near, listener), _Side(far, listener)
        one.peer, other.peer, other.connecting = other, one, True
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sides.add(side)
            self._attend(side)

    def _stop_listening(self) -> None:
        """Let those who come wait for a moment."""
        self._full = True
        for listener in self._listeners:
            with contextlib.suppress(KeyError):
                self._selector.unregister(listener)

    def _listen_again(self) -> None:
        if len(self._sides) < 2 * CONNECTIONS:
            self._full = False
            for listener in self._listeners:
                with contextlib.suppress(KeyError, OSError):
                    self._selector.register(listener, selectors.EVENT_READ)

    def _move(self, side: _Side, events: int) -> None:
        """Do what a socket is ready for, and what that lets its peer do."""
        try:
            if events & selectors.EVENT_WRITE:
                side.write()
            if events & selectors.EVENT_READ:
                side.read()
                side.peer.write()
            side.finish()
            side.peer.finish()
        except BlockingIOError:
            pass
        except OSError:
            self._drop(side, reset=True)
            return
        if side.ended and side.peer.ended:
            self._drop(side)
        else:
            self._attend(side)
            self._attend(side.peer)

    def _attend(self, side: _Side) -> None:
        wanted = side.wanted()
        if wanted == side.attended:
            return
        if not wanted:
            self._selector.unregister(side.socket)
        elif not side.attended:
            self._selector.register(side.socket, wanted, side)
        else:
            self._selector.modify(side.socket, wanted, side)
        side.attended = wanted

    def _drop(self, side: _Side, reset: bool = False) -> None:
        for one in (side, side.peer):
            if one in self._sides:
                self._sides.discard(one)
                if one.attended:
                    self._selector.unregister(one.socket)
                if reset:
                    _reset(one.socket)
                else:
                    one.socket.close()


class _Side:
    """One of two sockets that are joined, with what waits on its way to it."""

    peer: _Side

    def __init__(self, own: socket.socket, listener: socket.socket) -> None:
        self.socket = own
        self.listener = listener
        self.connecting = False
        self.attended = 0
        self.ended = False
        """Whether it has been told that nothing more comes."""
        self._waiting = bytearray()
        self._heard_all = False

    def wanted(self) -> int:
        """Return the events that it waits for."""
        if self.connecting:
            return selectors.EVENT_WRITE
        reads = not self._heard_all and not self.peer.connecting and len(self.peer._waiting) < WAITING_BYTES
        return (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if self._waiting else 0)

    def read(self) -> None:
        """Take what it says; what it says goes to its peer."""
        if self._heard_all:
            return
        chunk = self.socket.recv(CHUNK)
        self.peer._waiting += chunk
        self._heard_all = not chunk

    def write(self) -> None:
        """Say as much of what waits as it takes."""
        if self.connecting:
            if error := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(error, "not connected")
            self.connecting = False
        if self._waiting:
            with contextlib.suppress(BlockingIOError):
                del self._waiting[: self.socket.send(self._waiting)]

    def finish(self) -> None:
        """Tell it that nothing more comes, once it has got everything that its peer had to say."""
        if self.peer._heard_all and not self._waiting and not self.ended:
            self.ended = True
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)


def _reset(connection: socket.socket) -> None:
    """Close a connection in a way that the other end sees as a reset."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
