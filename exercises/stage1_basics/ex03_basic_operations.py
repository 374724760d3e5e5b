"""1.3 Basic operations: a film catalogue that can be trusted.

Goal
    Create a collection, fill it, read it, change it, and search it: the nine small functions below are what every
    application on top of Milvus is made of.

Why it matters
    Milvus is quick because it promises less than a relational database, and it doesn't remind you of that. A read may
    answer from the moment before your write. The same key can be stored twice. `max_length` counts bytes, so a Korean
    title of 25 characters doesn't fit into 60. A search with the wrong metric returns neat, ordered, wrong neighbours.
    None of this raises an error in production; somebody notices weeks later. Here it is noticed at once.

What is measured
    A real Milvus runs beside your code. The checks look into it with a client of their own: rows by `count(*)`, stored
    values, the order of a search against exact search in numpy, and the number of requests that your insert sent.
    Some traps exist on the full server only; where milvus-lite can't show one, the check says "not graded".

Each film is a dict such as

    {"id": 7, "embedding": [0.1, …], "title": "붉은 여름 7", "details": {"year": 1999, "genres": ["drama"]},
     "rating": 8.1}

Grade it:      nox -s stage1 -- 1.3
Look at it:    nox -s play -- 1.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient  # noqa: F401 - DataType names the field types

TITLE_BYTES = 60
"""Length of the title field: bytes of UTF-8, not characters."""


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the film collection and leave it ready to be searched.

    Fields: `id` (INT64, the primary key, given by the films), `embedding` (FLOAT_VECTOR of `dim` numbers), `title`
    (VARCHAR of TITLE_BYTES), `details` (JSON). A field that the schema doesn't name, such as `rating`, is kept too:
    that is the dynamic field. Films are near each other when their embeddings point in the same direction: COSINE.

    Args:
        client: an open client.
        name: name of the new collection.
        dim: length of each embedding.
    """
    # TODO: client.create_schema(…), schema.add_field(…), client.prepare_index_params(), client.create_collection(…)
    raise NotImplementedError


def insert_films(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Insert all films, and all with one request: each request costs a round trip.

    Titles that are too long are cut by `fit_title`. If a vector has the wrong length nothing is inserted.

    Returns:
        How many films were inserted.

    Raises:
        pymilvus.MilvusException: Milvus refused the films.
    """
    # TODO
    raise NotImplementedError


def insert_unique(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Insert the films whose key isn't there yet, each key once; a film that is there stays as it is.

    `insert` doesn't look whether a key exists: two inserts of one key leave two rows. Mind keys that come twice in
    `films` (the first one counts), and films that were written a moment ago.

    Returns:
        How many films were inserted.
    """
    # TODO
    raise NotImplementedError


def count_films(client: MilvusClient, name: str) -> int:
    """Count the films that are there now, also those that were written a moment ago."""
    # TODO: get_collection_stats() is quick and wrong. Which query counts?
    raise NotImplementedError


def get_films(client: MilvusClient, name: str, ids: list[int]) -> list[dict[str, Any]]:
    """Fetch films by key, as they are now; a key that isn't there is left out.

    Returns:
        Dicts with at least `id`, `title` and `details`, in any order.
    """
    # TODO
    raise NotImplementedError


def query_films(client: MilvusClient, name: str, expression: str, limit: int) -> list[dict[str, Any]]:
    """Fetch at most `limit` films for which an expression such as `details["year"] > 1999` holds now.

    Returns:
        Dicts with at least `id`, `title` and `details`, in any order.
    """
    # TODO
    raise NotImplementedError


def upsert_films(client: MilvusClient, name: str, films: list[dict[str, Any]]) -> int:
    """Replace the films whose key is there, and add the others.

    Returns:
        How many films were written.
    """
    # TODO
    raise NotImplementedError


def delete_films(client: MilvusClient, name: str, ids: list[int]) -> None:
    """Delete films by key; a key that isn't there is no error."""
    # TODO
    raise NotImplementedError


def search_films(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the films whose embeddings point most nearly in the direction of `vector`.

    Args:
        client: an open client.
        name: name of the collection.
        vector: the query, shape (dim,).
        limit: how many films.

    Returns:
        (id, cosine similarity) for each film, the most similar first.
    """
    # TODO
    raise NotImplementedError


def fit_title(title: str) -> str:
    """Return the longest beginning of a title that fits into TITLE_BYTES, cut between characters."""
    # TODO: what is "한".encode()?
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.films import make_films
    from fixtures.showing import demo_client

    with demo_client() as client:
        create_collection(client, "films", dim=8)
        films = make_films(np.random.default_rng(1), range(100), dim=8)
        print("inserted", insert_films(client, "films", films), "and counted", count_films(client, "films"))
        for key, similarity in search_films(client, "films", np.array(films[7]["embedding"], dtype=np.float32), 3):
            print(f"{similarity:.3f}  {get_films(client, 'films', [key])[0]['title']}")
