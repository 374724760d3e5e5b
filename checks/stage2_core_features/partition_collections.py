"""The two collections of 2.3 as the server sees them: their fields, their partitions, and what lies in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pymilvus import DataType

from checks.stage2_core_features.partition_rows import (
    DIM,
    Floats,
    Rows,
    Tenants,
    make_months,
    make_rows,
    make_tenants,
)
from checks.stage2_core_features.partition_searches import Answers, ask
from fixtures.milvus import Milvus
from fixtures.proxy import proxy_to
from grader.check import because
from grader.kept import Kept
from grader.runner.submission import Submission

DEFAULT = "_default"
"""The partition that Milvus makes by itself."""
WRITES = ("Insert", "Upsert")

BATCH = 1_000
"""Rows that travel to learner code at a time: what the channel takes."""
PARTITIONS = 5
DOCUMENTS, TENANTS = 2_000, 40
MONTHS, TICKETS = 5, 40


@dataclass(frozen=True)
class Desk:
    """A collection that learner code made, and the rows that learner code put into it.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        rows: what learner code was given to store.
        stored: how many rows were there after that, by `count(*)`.
        inserts: with how many requests they travelled.
        places: the partitions of each month's rows, as the grader found them after that.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    rows: Rows = field(default_factory=lambda: Rows.none(""))
    stored: int = 0
    inserts: int = 0
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def filled(self, function: str, rows: Rows, *arguments: object) -> Desk:
        """Hand rows to a function of the learner, and return the desk that has them, seen by every reader."""
        with proxy_to(self.milvus.server.uri) as proxy:
            endpoint = self.milvus.through(proxy.uri)
            for batch in _batches(rows.as_dicts()):
                self.submission.call(function, endpoint, self.collection, batch, *arguments)
        state = self.milvus.client.get_load_state(self.collection, timeout=20)["state"].name
        assert state == "Loaded", because(
            "not_searchable_any_more",
            "The collection could be searched before {function}() was called, and can't any more: the server says "
            "{state}.",
            function=function,
            state=state,
        )
        stored = self.milvus.count(self.collection)  # a Strong read: it waits until the rows are there for everyone
        return replace(self, rows=rows, stored=stored, inserts=sum(call.method in WRITES for call in proxy.calls))

    def with_places(self) -> Desk:
        """Return the desk that knows in which partitions the rows of each month lie."""
        places: dict[str, tuple[str, ...]] = {}
        for partition in (DEFAULT, *self.partitions()):
            for month in sorted({self.rows.owner(key) or "" for key in self.keys_in(partition)}):
                places[month] = (*places.get(month, ()), partition)
        return replace(self, places=places)

    @property
    def months(self) -> list[str]:
        """The months of the rows, oldest first."""
        return sorted(set(self.rows.owners))

    def search(self, whose: str | list[str] | None, queries: Floats, owners: Iterable[str]) -> Answers:
        """Have the learner's search look for the rows of a tenant, or of some months."""
        function = "search_tenant" if isinstance(whose, str) else "search_months"
        return ask(self.submission, self.milvus, self.collection, function, whose, queries, list(owners))

    def partitions(self) -> list[str]:
        """Return the partitions that somebody made; a collection that is gone has none."""
        if not self.milvus.client.has_collection(self.collection, timeout=20):
            return []
        names: list[str] = self.milvus.client.list_partitions(self.collection, timeout=20)
        return [name for name in names if name != DEFAULT]

    def is_loaded(self, partition: str) -> bool:
        """Say whether the server has one partition in memory."""
        state = self.milvus.client.get_load_state(self.collection, partition, timeout=20)["state"]
        return bool(state.name == "Loaded")

    def keys_in(self, partition: str, at_most: int = 2_000) -> set[int]:
        """Return which rows lie in one partition: a search there that asks for more than there are.

        A query would do, but milvus-lite's looks into every partition, whichever it is told (measured).
        """
        assert self.is_loaded(partition), because(
            "month_not_loaded",
            "The partition {partition} isn't loaded, so what was stored there can't be searched.",
            partition=partition,
        )
        found = self.milvus.client.search(
            self.collection,
            [np.ones(DIM).tolist()],
            limit=at_most,
            anns_field="embedding",
            partition_names=[partition],
            consistency_level="Strong",
            timeout=20,
        )
        return {int(hit["id"]) for hit in found[0]}

    def release(self, month: str) -> None:
        """Take a month out of memory with the grader's own client."""
        self.milvus.client.release_partitions(self.collection, list(self.places[month]), timeout=20)

    def keys_by_month(self, rows: Rows) -> dict[str, set[int]]:
        """Return the keys that are there of each month of some rows, wherever they lie."""
        keys: dict[str, set[int]] = {}
        for partition in (DEFAULT, *self.partitions()):
            for key in self.keys_in(partition):
                keys.setdefault(rows.owner(key) or "", set()).add(key)
        return keys


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


@dataclass(frozen=True)
class Desks:
    """The collections of 2.3: those that all checks share, made by the first that asks, and new ones.

    Attributes:
        submission: the learner's functions, in the process of this check.
        milvus: where.
        kept: what the checks before have made.
        rng: chance for fresh rows.
    """

    submission: Submission
    milvus: Milvus
    kept: Kept
    rng: np.random.Generator

    def new(self, function: str, *arguments: object) -> Desk:
        """Make a collection with the learner's code."""
        name = self.milvus.new_name(function.removeprefix("create_"))
        self.submission.call(function, self.milvus.endpoint(), name, DIM, *arguments)
        assert self.milvus.client.has_collection(name, timeout=20), because(
            "no_collection",
            "After {function}() the server has no collection of the name it was given.",
            function=function,
        )
        return Desk(self.submission, self.milvus, name)

    def empty_documents(self) -> Desk:
        """Return the documents' collection before anything is in it."""
        return self._mine(self.kept("empty documents", lambda: self.new("create_tenants", PARTITIONS)))

    def documents(self) -> tuple[Desk, Tenants]:
        """Return the collection with the documents of many tenants, and who they are."""

        def fill() -> tuple[Desk, Tenants]:
            tenants = make_tenants(self.rng, DOCUMENTS, TENANTS)
            rows = make_rows(self.rng, "tenant", tenants.sizes)
            return self.empty_documents().filled("insert_documents", rows), tenants

        desk, tenants = self.kept("documents", fill)
        return self._mine(desk), tenants

    def empty_tickets(self) -> Desk:
        """Return the tickets' collection before anything is in it."""
        return self._mine(self.kept("empty tickets", lambda: self.new("create_months")))

    def tickets(self) -> Desk:
        """Return the collection with the tickets of a few months, and room for more."""

        def fill() -> Desk:
            rows = make_rows(self.rng, "month", dict.fromkeys(make_months(self.rng, MONTHS), TICKETS))
            return self.empty_tickets().filled("store", rows, 2 * MONTHS).with_places()

        return self._mine(self.kept("tickets", fill))

    def _mine(self, desk: Desk) -> Desk:
        """Return a desk that an earlier check has left, with the process of this one."""
        return replace(desk, submission=self.submission)


def assert_ready(milvus: Milvus, collection: str, function: str, owner: str) -> None:
    """Compare what the server says of a new collection with the brief."""
    client = milvus.client
    fields = {field["name"]: field for field in client.describe_collection(collection, timeout=20)["fields"]}
    wanted = {"id": DataType.INT64, "embedding": DataType.FLOAT_VECTOR, owner: DataType.VARCHAR}
    for name, kind in wanted.items():
        assert name in fields, because(
            "no_field",
            "After {function}() the collection has no field {name}; it has: {there}.",
            function=function,
            name=name,
            there=", ".join(fields),
        )
        actual = DataType(fields[name]["type"])
        assert actual == kind, because(
            "wrong_field_type",
            "After {function}() the field {name} should be {expected}, but the server says {actual}.",
            function=function,
            name=name,
            expected=kind.name,
            actual=actual.name,
        )
    dim = int(fields["embedding"]["params"]["dim"])
    assert dim == DIM, because(
        "wrong_dimension",
        "After {function}() the field embedding should have dim={expected}, but the server says {actual}.",
        function=function,
        expected=DIM,
        actual=dim,
    )
    state = client.get_load_state(collection, timeout=20)["state"].name
    assert state == "Loaded", because(
        "not_loaded",
        "After {function}() the collection isn't loaded (the server says {state}), so it can't be searched. It is "
        "loaded by itself when it is created together with an index for embedding.",
        function=function,
        state=state,
    )
