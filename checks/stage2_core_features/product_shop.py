"""The shop of 2.4: the collection that the learner's code made, filled by the grader, and its search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import grpc
import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from checks.stage2_core_features.product_hits import Answers, Filter, as_hits
from checks.stage2_core_features.product_rows import DIM, MOST_TAGS, TEXT_BYTES, Floats, make_products
from fixtures.milvus import Milvus
from fixtures.serving import SERVED_WITHIN_S, NotServed, unserved, wait_until_built
from grader.check import because
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.endpoint import Endpoint

INDEXED, IN_MEMORY = 5_000, 1_500
"""How many products the shop has where searches use the index, and where they go through memory."""
_LOOK_S = 0.02


@dataclass(frozen=True)
class Shop:
    """A few thousand products in the learner's collection.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        vectors: shape (products, DIM); the key of a product is its row.
        prices: shape (products,).
    """

    submission: Submission
    milvus: Milvus
    collection: str
    vectors: Floats
    prices: npt.NDArray[np.float64]

    def cheapest(self, share: float) -> Filter:
        """Return the filter that keeps a share of the products, the cheapest ones."""
        return self.up_to(float(np.sort(self.prices)[round(share * len(self.prices)) - 1]))

    def up_to(self, price: float) -> Filter:
        """Return the filter that keeps what costs at most `price`."""
        return Filter(f"price <= {price}", self.prices <= price)

    def everything(self) -> Filter:
        """Return the empty filter, which keeps all products."""
        return Filter("", np.ones(len(self.prices), dtype=np.bool_))

    def search(self, kept: Filter, queries: Floats, limit: int, at: Endpoint | None = None) -> Answers:
        """Have the learner's code search for each query.

        Raises:
            LearnerError: a search failed.
        """
        place = self.milvus.endpoint() if at is None else at
        arguments = [[place, self.collection, query, kept.expression, limit] for query in queries]
        values = self.submission.map("search_products", arguments)
        for value in values:
            if isinstance(value, LearnerError):
                raise value
        return self.answers(kept, queries, limit, values)

    def answers(self, kept: Filter, queries: Floats, limit: int, values: list[object]) -> Answers:
        """Put what the learner's code returned beside the truth."""
        return Answers(kept, queries, self.vectors, limit, [as_hits(value) for value in values])

    def found_plainly(self, answers: Answers) -> list[int]:
        """The control: how many products a search of the grader's own gets for the same queries, with no parameter."""
        found = self.milvus.client.search(
            self.collection,
            answers.queries.tolist(),
            filter=answers.kept.expression,
            limit=answers.limit,
            anns_field="embedding",
            timeout=20,
        )
        return [len(hits) for hits in found]

    def vector_index(self) -> str:
        """Return the type of the vector index, as the server says it."""
        return str(_vector_index(self.milvus, self.collection).get("index_type", "none"))


def make_queries(rng: np.random.Generator, number: int) -> Floats:
    """Return queries, shape (number, DIM)."""
    return rng.standard_normal((number, DIM)).astype(np.float32)


def fill(submission: Submission, milvus: Milvus, collection: str, rng: np.random.Generator) -> Shop:
    """Fill the learner's collection with products, and leave it as a shop that has been open for a while: indexed.

    Where a server doesn't show its segments (milvus-lite), nobody could say whether a search uses the index. There the
    products stay in memory, where every search is exact, whatever the index, and under every filter.

    Raises:
        NotServed: the server doesn't come to serve the index.
    """
    shows = _shows_segments(milvus, collection)
    products = make_products(rng, range(INDEXED if shows else IN_MEMORY))
    milvus.client.insert(collection, products, timeout=30)
    if shows:
        _seal(milvus, collection, len(products))
    milvus.count(collection)  # a Strong read: from now on every reader sees the products
    vectors = np.array([product["embedding"] for product in products], dtype=np.float32)
    return Shop(submission, milvus, collection, vectors, np.array([product["price"] for product in products]))


def assert_schema(milvus: Milvus, collection: str) -> None:
    """Compare what the server says of the learner's collection with the brief."""
    assert milvus.client.has_collection(collection, timeout=20), because(
        "no_collection", "After create_products() the server has no collection of the name that it was given."
    )
    described = milvus.client.describe_collection(collection, timeout=20)
    fields = {field["name"]: field for field in described["fields"]}
    for name, kind in _FIELDS.items():
        assert name in fields, because(
            "no_field", "The collection has no field {name}; it has: {there}.", name=name, there=", ".join(fields)
        )
        assert fields[name]["type"] == kind, because(
            "wrong_field_type",
            "The field {name} should be {expected}, but the server says {actual}.",
            name=name,
            expected=kind.name,
            actual=DataType(fields[name]["type"]).name,
        )
    others = sorted(fields.keys() - _FIELDS.keys())
    assert not others, because(
        "unknown_fields", "The collection has fields that no product brings: {fields}.", fields=", ".join(others)
    )
    assert fields["tags"].get("element_type") == DataType.VARCHAR, because(
        "wrong_element_type",
        "The elements of tags should be VARCHAR, but the server says {actual}.",
        actual=DataType(fields["tags"].get("element_type") or 0).name,
    )
    for name, parameter, expected in _PARAMETERS:
        actual = fields[name]["params"].get(parameter)
        told = actual is not None  # milvus-lite keeps the length of elements to itself
        assert not told or int(actual) == expected, because(
            "wrong_length",
            "The field {name} should have {parameter}={expected}, but the server says {actual}.",
            name=name,
            parameter=parameter,
            expected=expected,
            actual=actual,
        )
    assert not described["auto_id"], because(
        "auto_id", "The server would make up its own keys (auto_id). Products bring their id along."
    )


def assert_ready(milvus: Milvus, collection: str) -> None:
    """Make sure that the learner's collection can be searched, by cosine."""
    state = milvus.client.get_load_state(collection, timeout=20)["state"].name
    assert state == "Loaded", because(
        "not_loaded",
        "The collection isn't loaded (the server says {state}), so it can't be searched. It is loaded by itself when "
        "it is created together with an index for embedding.",
        state=state,
    )
    metric = str(_vector_index(milvus, collection).get("metric_type"))
    assert metric == "COSINE", because(
        "wrong_metric",
        "The index of embedding compares by {actual}, expected COSINE: metric_type in add_index().",
        actual=metric,
    )


def assert_indexed(shop: Shop) -> None:
    """Make sure that the server has built an index over every product for each field that is filtered by."""
    client = shop.milvus.client
    state = client.get_load_state(shop.collection, timeout=20)["state"].name
    assert state == "Loaded", because(
        "left_released",
        "After index_fields() the collection isn't loaded any more (the server says {state}), so every search fails. "
        "An index can be added to a loaded collection; who releases one has to load it again.",
        state=state,
    )
    for field in ("name", "brand", "price"):
        names = client.list_indexes(shop.collection, field, timeout=20)
        assert names, because(
            "no_index",
            "After index_fields() the server lists no index for {field}: it reads that field of every product.",
            field=field,
        )
        wait_until(lambda names=names: _indexed_rows(shop, names[0]) == len(shop.prices))  # type: ignore[misc]
    names = client.list_indexes(shop.collection, "embedding", timeout=20)
    assert names, because(
        "vector_index_gone", "After index_fields() the server lists no index for embedding any more: search needs it."
    )


def wait_until(there: Callable[[], bool]) -> None:
    """Wait for what the server has been told to do.

    Raises:
        NotServed: it doesn't.
    """
    deadline = time.monotonic() + SERVED_WITHIN_S
    while not there():
        if time.monotonic() > deadline:
            raise NotServed("an index isn't built")
        time.sleep(_LOOK_S)


def _indexed_rows(shop: Shop, name: str) -> int:
    return int(shop.milvus.client.describe_index(shop.collection, name, timeout=20).get("indexed_rows", 0))


def _shows_segments(milvus: Milvus, collection: str) -> bool:
    try:
        milvus.client.list_loaded_segments(collection, timeout=20)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return False
        raise
    return True


def _seal(milvus: Milvus, collection: str, rows: int) -> None:
    milvus.client.flush(collection, timeout=SERVED_WITHIN_S)
    wait_until_built(milvus, collection, rows)
    wait_until(lambda: unserved(milvus, collection, rows, "embedding") is None)


def _vector_index(milvus: Milvus, collection: str) -> dict[str, object]:
    names = milvus.client.list_indexes(collection, "embedding", timeout=20)
    return dict(milvus.client.describe_index(collection, names[0], timeout=20)) if names else {}


_FIELDS = {
    "id": DataType.INT64,
    "embedding": DataType.FLOAT_VECTOR,
    "name": DataType.VARCHAR,
    "brand": DataType.VARCHAR,
    "price": DataType.DOUBLE,
    "tags": DataType.ARRAY,
    "details": DataType.JSON,
}
_PARAMETERS = (
    ("embedding", "dim", DIM),
    ("name", "max_length", TEXT_BYTES),
    ("brand", "max_length", TEXT_BYTES),
    ("tags", "max_length", TEXT_BYTES),
    ("tags", "max_capacity", MOST_TAGS),
)
