"""2.4 Filtered search: reference solution.

The brief stands in exercises/stage2_core_features/ex04_filtered_search.py.
"""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

TEXT_BYTES = 200
MOST_TAGS = 8
LAST_CHARACTER = chr(0x10FFFF)


def quote(value: str) -> str:
    """Write a text as a string literal of an expression: whatever is in it stays in it."""
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(character, escaped)
    return f'"{value}"'


def price_between(low: float, high: float) -> str:
    """Return the expression for prices from `low` to `high`, both included."""
    return f"price >= {low} and price <= {high}"


def brand_in(brands: list[str]) -> str:
    """Return the expression for the products of these brands; of no brand there are none."""
    return f"brand in [{', '.join(quote(brand) for brand in brands)}]"


def has_tags(tags: list[str]) -> str:
    """Return the expression for products that carry every one of these tags."""
    return " and ".join(f"array_contains(tags, {quote(tag)})" for tag in tags)


def attribute_is(path: list[str], value: str | float | bool) -> str:
    """Return the expression for products whose details hold `value` at the end of a path of keys."""
    place = "".join(f"[{quote(key)}]" for key in path)
    return f"details{place} == {quote(value) if isinstance(value, str) else json.dumps(value)}"


def name_starts_with(prefix: str) -> str:
    """Return the expression for names that start with `prefix`, as a range: LIKE would see wildcards in it."""
    return f"name >= {quote(prefix)} and name < {quote(prefix + LAST_CHARACTER)}"


def all_of(expressions: list[str]) -> str:
    """Return the expression that holds where all of these do; of none, the empty one, which filters nothing."""
    return " and ".join(f"({expression})" for expression in expressions)


def create_products(client: MilvusClient, name: str, dim: int) -> None:
    """Create the product collection, ready to be searched; a few thousand products are searched exactly."""
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("name", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("brand", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("price", DataType.DOUBLE)
    schema.add_field(
        "tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MOST_TAGS, max_length=TEXT_BYTES
    )
    schema.add_field("details", DataType.JSON)

    index = client.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)


def index_fields(client: MilvusClient, name: str) -> None:
    """Index the fields that are filtered by most, with the type that this version of Milvus prefers."""
    index = client.prepare_index_params()
    for field in ("name", "brand", "price"):
        index.add_index(field)
    client.create_index(name, index)


def search_products(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], expression: str, limit: int
) -> list[tuple[int, float]]:
    """Find the products nearest to a vector among those for which an expression holds, best first."""
    hits = client.search(
        name,
        [vector.tolist()],
        filter=expression,
        limit=limit,
        anns_field="embedding",
        consistency_level="Bounded",
    )[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
