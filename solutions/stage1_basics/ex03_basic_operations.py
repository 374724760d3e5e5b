"""1.3 Basic operations: reference solution. The brief stands in exercises/stage1_basics/ex03_basic_operations.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

TITLE_BYTES = 60
OUTPUT_FIELDS = ["id", "title", "details"]


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the film collection, with its vector index, ready to be searched."""
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("title", DataType.VARCHAR, max_length=TITLE_BYTES)
    schema.add_field("details", DataType.JSON)

    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)


def insert_films(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Insert all films with one request, their titles cut to what fits; return how many were inserted."""
    fitting = [film | {"title": fit_title(film["title"])} for film in films]
    return int(client.insert(name, fitting)["insert_count"])


def insert_unique(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Insert the films whose key is new, each key once; return how many were inserted."""
    first = {film["id"]: film for film in reversed(films)}
    known = {row["id"] for row in get_films(client, name, list(first))}
    new = [film for key, film in first.items() if key not in known]
    return insert_films(client, name, new) if new else 0


def count_films(client: MilvusClient, name: str) -> int:
    """Count the films that are there now, including those that were written a moment ago."""
    rows = client.query(name, output_fields=["count(*)"], consistency_level="Strong")
    return int(rows[0]["count(*)"])


def get_films(client: MilvusClient, name: str, ids: list[int]) -> list[dict[str, Any]]:
    """Fetch films by key, as they are now."""
    return [dict(row) for row in client.get(name, ids, output_fields=OUTPUT_FIELDS, consistency_level="Strong")]


def query_films(client: MilvusClient, name: str, expression: str, limit: int) -> list[dict[str, Any]]:
    """Fetch at most `limit` films for which a boolean expression holds."""
    rows = client.query(name, filter=expression, limit=limit, output_fields=OUTPUT_FIELDS, consistency_level="Strong")
    return [dict(row) for row in rows]


def upsert_films(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Replace the films whose key is known and add the others; return how many were written."""
    return int(client.upsert(name, films)["upsert_count"])


def delete_films(client: MilvusClient, name: str, ids: list[int]) -> None:
    """Delete films by key."""
    client.delete(name, ids=ids)


def search_films(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the films nearest to a vector, best first, as (key, cosine similarity)."""
    hits = client.search(name, [vector.tolist()], limit=limit, anns_field="embedding", consistency_level="Strong")[0]
    return [(hit["id"], hit["distance"]) for hit in hits]


def fit_title(title: str) -> str:
    """Cut a title to the longest beginning that fits into the title field, which counts bytes of UTF-8."""
    return title.encode()[:TITLE_BYTES].decode(errors="ignore")
