"""What the checks of 3.4 stand on: a small collection, and a proxy that delays, stalls and refuses as it is told.

Each search that reached the proxy is known by its vector, so the log says what was sent, when, and when its answer was
there. Whatever the learner's code reports of itself is held against that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType
from pymilvus.grpc_gen import common_pb2

from checks.stage3_use_cases.load_runs import Run, as_run
from fixtures.fates import Choice, Fate
from fixtures.milvus import Milvus
from fixtures.proxy import Call, Proxy, proxy_to
from fixtures.recall import exact
from grader.check import NotGraded, Reason, because
from grader.runner.submission import Submission
from infra.endpoint import Endpoint

Floats = npt.NDArray[np.float32]

ROWS, DIM, K = 400, 8, 5
RUNS = 3
"""Measurements of which one must be right where a busy machine can only make figures worse."""
QUICK_S, SLOW_S, SLOW_SHARE = 0.03, 0.24, 0.25
"""How long the proxy holds most searches, and some: far more than a call costs otherwise (1 to 5 ms, measured)."""


@dataclass(frozen=True)
class Sent:
    """A search that reached the proxy.

    Attributes:
        place: of its vector among the queries of the run; -1 where it is none of them, or not one vector.
        arrived: on the clock of `time.monotonic`, in seconds.
        finished: when its answer was there.
        ok: whether it was answered.
    """

    place: int
    arrived: float
    finished: float
    ok: bool

    @property
    def seconds(self) -> float:
        """How long it was at the proxy and the server."""
        return self.finished - self.arrived


@dataclass(frozen=True)
class Seen:
    """One run: where the learner's code connects to, and what the proxy saw of it.

    Attributes:
        rig: the collection.
        proxy: what stands before the server.
        name: the collection that is searched.
        k: hits that are asked for.
        queries: what is to be sent, shape (n, dim).
    """

    rig: Rig
    proxy: Proxy
    name: str
    k: int
    queries: Floats
    _places: dict[bytes, int] = field(default_factory=dict)

    def drive(self, situation: str, *args: object) -> Any:
        """Build a situation on this proxy."""
        target = [Endpoint("uri", self.proxy.uri), self.rig.milvus.database, self.name, self.k]
        return self.rig.submission.drive(situation, target, *args)

    def run(self, situation: str, *args: object) -> Run:
        """Have a loop of the learner run, and return what it reports."""
        return as_run(self.drive(situation, *args), "open_loop" if situation == "opened" else "closed_loop")

    def calls(self, method: str = "Search") -> tuple[Call, ...]:
        """Return the calls of a method that reached the proxy, in order of arrival."""
        return tuple(call for call in self.proxy.calls if call.method == method)

    def sent(self, of: Collection[Call] | None = None) -> list[Sent]:
        """Return these searches, or all, in order of arrival."""
        return [
            Sent(self.place(call), call.arrived, call.finished, call.code == "OK")
            for call in (self.calls() if of is None else of)
        ]

    def place(self, call: Call) -> int:
        """Return which query a search carried."""
        if not self._places:
            self._places.update({query.tobytes(): place for place, query in enumerate(self.queries)})
        request = self.proxy.decode(call)
        vectors = [
            value
            for holder in common_pb2.PlaceholderGroup.FromString(request.placeholder_group).placeholders
            for value in holder.values
        ]
        return self._places.get(vectors[0], -1) if len(vectors) == 1 else -1


@dataclass(frozen=True)
class Rig:
    """The grader's collection, whose FLAT index is exact, and the code that is to measure searches in it.

    Attributes:
        submission: the code that is graded.
        milvus: where the collection is.
        name: of the collection.
        vectors: what is in it, shape (ROWS, DIM); the key of a row is its place.
        rng: chance.
    """

    submission: Submission
    milvus: Milvus
    name: str
    vectors: Floats
    rng: np.random.Generator

    def queries(self, number: int) -> Floats:
        """Return vectors that nobody has searched for."""
        return self.rng.standard_normal((number, DIM)).astype(np.float32)

    def nearest(self, queries: Floats) -> list[list[int]]:
        """Return the true neighbours of each."""
        neighbours: list[list[int]] = exact(queries, self.vectors, "COSINE", K).neighbours().tolist()
        return neighbours

    @contextmanager
    def seen(self, queries: Floats, fate: Choice = lambda *_: None, name: str = "", k: int = K) -> Iterator[Seen]:
        """Put a proxy before the server for one run, and let it treat the calls."""
        with proxy_to(self.milvus.server.uri, self.milvus.server.token, keep={"Search"}) as proxy, proxy.treating(fate):
            yield Seen(self, proxy, name or self.name, k, queries)

    def delays(self, number: int) -> list[float]:
        """Draw how long each of some searches is held: most shortly, a quarter eight times as long."""
        slow = round(number * SLOW_SHARE)
        drawn = self.rng.uniform(0.8, 1.2) * np.array([SLOW_S] * slow + [QUICK_S] * (number - slow))
        delays: list[float] = self.rng.permutation(drawn).tolist()
        return delays


def make_rig(milvus: Milvus, rng: np.random.Generator) -> tuple[str, Floats]:
    """Create and fill the collection; return its name and what is in it."""
    client, name = milvus.client, milvus.new_name("targets")
    schema, index = client.create_schema(auto_id=False), client.prepare_index_params()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index, timeout=30)
    vectors = rng.standard_normal((ROWS, DIM)).astype(np.float32)
    client.insert(name, [{"id": key, "vector": vector} for key, vector in enumerate(vectors.tolist())], timeout=20)
    milvus.count(name)  # waits until searches see all of them
    return name, vectors


def scheduled(delays: list[float], connect_s: float = 0.0) -> Choice:
    """Return the choice that holds the n-th search for the n-th delay, and each connection that is opened."""

    def choose(method: str, number: int) -> Fate | None:
        if method == "Connect":
            return Fate(hold_s=connect_s)
        return Fate(hold_s=delays[number - 1]) if method == "Search" and number <= len(delays) else None

    return choose


def in_one_of_several(attempt: Callable[[], None], noisy: Collection[str]) -> None:
    """Measure again where a busy machine may be the reason; what it can't be the reason of fails at once.

    Args:
        attempt: measures and judges.
        noisy: ids of the reasons for which it may be repeated.
    """
    for left in reversed(range(RUNS)):
        try:
            return attempt()
        except NotGraded as error:
            if not left or not error.undecided:
                raise
        except AssertionError as error:
            reason = error.args[0] if error.args else None
            if not left or not isinstance(reason, Reason) or reason.id not in noisy:
                raise
    return None


def measured_of(sent: list[Sent], warm_up: int, function: str) -> list[Sent]:
    """Return the searches that count, if there are any."""
    counting = [each for each in sent if each.place >= warm_up]
    assert counting, because(
        "sent_nothing",
        "{function}() returned, and none of its queries reached Milvus. Call what connect() returned with each query.",
        function=function,
    )
    return counting
