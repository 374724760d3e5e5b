"""A wait for Milvus as the grader sees it: when it was begun, when and how it ended, and what it left on the server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from fixtures.fates import UNAVAILABLE, Choice, Fate
from fixtures.milvus import Milvus, connect
from fixtures.proxy import Proxy, proxy_to
from grader.runner.errors import LearnerError
from grader.runner.submission import Process, Submission
from infra.endpoint import Endpoint

FUNCTION = "wait_until_ready"
WRITES = frozenset({"Insert", "Upsert"})
READS = frozenset({"Query", "Search", "HybridSearch"})
DATABASE = "default"
"""Where a client works that names no database."""

_GONE_WITHIN_S = 1.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Ended:
    """How one wait ended.

    Attributes:
        at: when, on the clock of `time.monotonic`.
        seconds: how long it took, by the grader's clock.
        error: what was raised; None where it returned.
    """

    at: float
    seconds: float
    error: LearnerError | None

    @property
    def timed_out(self) -> bool:
        """Whether it ended with the TimeoutError that the brief asks for."""
        return self.error is not None and self.error.type == "TimeoutError"


class Wait:
    """One call of wait_until_ready that is on its way, in a process of its own."""

    def __init__(self, submission: Submission, uri: str, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self._process: Process = submission.start(FUNCTION, Endpoint("uri", uri), deadline_s)
        self._began = time.monotonic()

    @property
    def limit_s(self) -> float:
        """Seconds in which it must have ended: 20 % more than its deadline, and half a second for this machine."""
        return self.deadline_s * 1.2 + 0.5

    def end(self, within_s: float | None = None) -> Ended | None:
        """Wait until it ends; return None if it hasn't so many seconds (default: its limit) after it began.

        Raises:
            LearnerError: it ended in another way than by returning or raising.
        """
        left = self._began + (self.limit_s if within_s is None else within_s) - time.monotonic()
        error = None
        try:
            self._process.wait(max(left, 0.0))
        except TimeoutError:
            return None
        except LearnerError as raised:
            if raised.kind != "raised":
                raise
            error = raised
        now = time.monotonic()
        return Ended(now, now - self._began, error)


@contextlib.contextmanager
def door(milvus: Milvus, at: str = "127.0.0.1:0") -> Iterator[Proxy]:
    """Open a way to Milvus that notes every call; at the end, drop what was created through it and is still there."""
    with proxy_to(milvus.server.uri, milvus.server.token, keep={"CreateCollection"}, at=at) as proxy:
        yield proxy
    for database, name in left_behind(milvus, names_created(proxy), patience_s=0.0):
        with contextlib.closing(connect(milvus.server, database, seconds=10)) as client:
            client.drop_collection(name, timeout=10)


def names_created(proxy: Proxy) -> set[str]:
    """Return the names of the collections whose creation was asked for."""
    return {proxy.decode(call).collection_name for call in proxy.calls if call.method == "CreateCollection"}


def left_behind(milvus: Milvus, names: set[str], patience_s: float = _GONE_WITHIN_S) -> list[tuple[str, str]]:
    """Return which of these collections are there, with their databases, once there was time for them to go."""
    until = time.monotonic() + patience_s
    while found := _there(milvus, names):
        if time.monotonic() >= until:
            break
        time.sleep(_POLL_S)
    return found


def not_ready_for(seconds: float, methods: frozenset[str]) -> Choice:
    """Return the choice that refuses these methods, beginning with the first such call, as a server that starts."""
    first: list[float] = []
    refused = Fate(refuse=UNAVAILABLE, details="this server isn't ready yet, it is still starting")

    def choose(method: str, _: int) -> Fate | None:
        if method not in methods:
            return None
        first.append(time.monotonic())
        return refused if first[-1] < first[0] + seconds else None

    return choose


def asked_for(proxy: Proxy, methods: frozenset[str], code: str = "") -> int:
    """Return how many calls of these methods arrived; with a code, how many were answered with it."""
    return sum(call.method in methods and (not code or call.code == code) for call in proxy.calls)


def _there(milvus: Milvus, names: set[str]) -> list[tuple[str, str]]:
    if not names:
        return []
    found = []
    for database in milvus.client.list_databases(timeout=10):
        with contextlib.closing(connect(milvus.server, database, seconds=10)) as client:
            found += [(database, name) for name in client.list_collections(timeout=10) if name in names]
    return found
