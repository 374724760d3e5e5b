"""What the checks of 1.2 stand on: a small collection of the grader's own, and a proxy that saw each search in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from fixtures.milvus import Milvus
from fixtures.proxy import Call, Proxy, proxy_to
from fixtures.vectors import best, cosine
from grader.runner.submission import Submission
from infra.endpoint import Endpoint, EndpointKind

DIM = 8
BOOKS = 60
SHELVES = 5


@dataclass(frozen=True)
class Books:
    """A collection of books: `id` from 0, `embedding`, and `shelf`, which is id modulo SHELVES.

    Attributes:
        submission: the code that is graded.
        milvus: where the collection is.
        collection: its name.
    """

    submission: Submission
    milvus: Milvus
    collection: str

    @contextmanager
    def seen(self) -> Iterator[Seen]:
        """Put a proxy before the server for one situation."""
        with proxy_to(self.milvus.server.uri, self.milvus.server.token, keep={"Search"}) as proxy:
            yield Seen(self, proxy)

    def nearest(self, vector: npt.NDArray[np.float32], shelf: int, k: int) -> list[int]:
        """Return the ids of the k books on a shelf that point most nearly in the direction of a vector."""
        rows = self.milvus.rows(self.collection, f"shelf == {shelf}")
        vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        return [int(rows[place]["id"]) for place in best(cosine(vector, vectors), k)]


@dataclass(frozen=True)
class Seen:
    """One situation: where the learner's code connects to, and the searches that the proxy saw.

    Attributes:
        books: the collection.
        proxy: what stands before the server.
    """

    books: Books
    proxy: Proxy

    def client(self, kind: EndpointKind = "client") -> Endpoint:
        """Return the address behind the proxy, as an open client."""
        return self.books.milvus.through(self.proxy.uri, kind)

    def drive(self, situation: str, *args: object) -> Any:
        """Build a situation in which the learner's code opens its clients itself."""
        where = (self.client("uri"), self.books.milvus.database, self.books.collection)
        return self.books.submission.drive(situation, *where, *args)

    def searches(self, limit: int | None = None) -> tuple[Call, ...]:
        """Return the searches that reached the proxy, of one limit or all, in order of arrival."""
        calls = (call for call in self.proxy.calls if call.method == "Search")
        return tuple(call for call in calls if limit is None or self.limit(call) == limit)

    def limit(self, call: Call) -> int:
        """Return how many hits a search asked for."""
        return next(int(pair.value) for pair in self.proxy.decode(call).search_params if pair.key == "topk")


def make_books(milvus: Milvus, rng: np.random.Generator) -> str:
    """Create and fill the collection, with the grader's own client, and return its name."""
    client, name = milvus.client, milvus.new_name("books")
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIM)
    schema.add_field("shelf", DataType.INT64)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index, consistency_level="Strong", timeout=30)
    vectors = rng.standard_normal((BOOKS, DIM)).astype(np.float32).tolist()
    rows = [{"id": key, "embedding": vector, "shelf": key % SHELVES} for key, vector in enumerate(vectors)]
    client.insert(name, rows, timeout=20)
    return name
