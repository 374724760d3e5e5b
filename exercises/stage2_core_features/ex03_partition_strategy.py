"""2.3 Partition strategy: many tenants in a few partitions, and a partition for each month, with an end.

Goal
    Build the two ways in which Milvus divides a collection. A help desk keeps the documents of all its customers in
    one collection: Milvus itself spreads the tenants over a fixed number of partitions, by a partition key. And it
    keeps its tickets by month: here you create the partitions, load and release them, and drop the oldest when there
    are as many as you allow.

Why it matters
    One tenant who sees a row of another is the end of a contract, and a filter that is applied after the search
    answers small customers with nothing, as the neighbours all belong to the large one. A partition for every customer
    works in the demo and stops at a few thousand: Milvus has a limit, and becomes slow long before. Months that nobody
    drops fill the memory until the node dies. A month that was released to save memory is worse: a search over the
    whole collection doesn't mention it. It answers from the rest, as if last March had never happened.

What is measured
    The checks look into the server: which partitions there are, which of them are loaded, which rows lie in each. Your
    searches are held against exact search in numpy, for a tenant with three documents as for one with 90 % of them.
    A proxy between your code and Milvus sees which partitions a search names and how many rows it asks for.
    milvus-lite can't release a partition: there releasing, loading and the cap aren't graded.

A document and a ticket are dicts such as

    {"id": 7, "embedding": [0.1, …], "tenant": "kestrel-12"}
    {"id": 8, "embedding": [0.3, …], "month": "2024-03"}

The tenants and the months are two halves; begin with either. Both compare embeddings by COSINE.

Grade it:      nox -s stage2 -- 2.3
Look at it:    nox -s play -- 2.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient  # noqa: F401 - DataType names the field types


def create_tenants(client: MilvusClient, name: str, dim: int, partitions: int) -> None:
    """Create the document collection and leave it ready to be searched.

    Fields: `id` (INT64, the primary key, given by the documents), `embedding` (FLOAT_VECTOR of `dim` numbers),
    `tenant` (VARCHAR of 64 bytes). The tenant decides in which partition a document lies: it is the partition key.

    Args:
        client: an open client.
        name: name of the new collection.
        dim: length of each embedding.
        partitions: over how many partitions all tenants are spread, however many tenants there will be.
    """
    # TODO: which two words, one in the schema and one in create_collection(…), make Milvus do the spreading?
    raise NotImplementedError


def insert_documents(client: MilvusClient, name: str, documents: list[dict[str, Any]]) -> None:
    """Insert documents, of old tenants and new ones alike, with few requests."""
    # TODO
    raise NotImplementedError


def search_tenant(
    client: MilvusClient, name: str, tenant: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the documents of one tenant that point most nearly in the direction of `vector`.

    Milvus does the choosing: ask it for no more rows than you return.

    Args:
        client: an open client.
        name: name of the collection.
        tenant: letters, digits and hyphens; the login has made sure of that.
        vector: the query, shape (dim,).
        limit: how many documents; a tenant that has fewer gets all of them, one that has none an empty list.

    Returns:
        (id, cosine similarity) for each document, the most similar first.
    """
    # TODO
    raise NotImplementedError


def create_months(client: MilvusClient, name: str, dim: int) -> None:
    """Create the ticket collection and leave it ready to be searched; it has no months yet.

    Fields: `id` (INT64, the primary key, given by the tickets), `embedding` (FLOAT_VECTOR of `dim` numbers), `month`
    (VARCHAR of at least 7 bytes). `store` will create the partitions, so there is no partition key here. Every index
    that the collection is to have is made now: one that comes after the load is in the way when a month is to be
    loaded again.
    """
    # TODO
    raise NotImplementedError


def store(client: MilvusClient, name: str, tickets: list[dict[str, Any]], cap: int) -> list[str]:
    """Put tickets into the partitions of their months, and keep no more than the newest `cap` months.

    A month gets its partition with its first ticket. When there would be more than `cap`, the oldest months are
    dropped, however old their partitions are; the number never goes beyond `cap`, not for a moment either. (Milvus'
    own `_default`, which stays empty, doesn't count.) Tickets that come so late that their month is older than all
    that is kept are left out, and push out nothing.

    The program restarts, and isn't the only one that stores: what is there, the server knows. Milvus doesn't drop a
    partition that is loaded. The tickets of one month travel in one request.

    Args:
        client: an open client.
        name: name of the collection.
        tickets: of any months, in any order.
        cap: how many months are kept, at least 1.

    Returns:
        The months that were dropped, oldest first, such as ["2023-11"].
    """
    # TODO: how do you name a partition? 2024-03 isn't allowed: letters, digits and underscores are.
    raise NotImplementedError


def search_months(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], months: list[str] | None, limit: int
) -> list[tuple[int, float]]:
    """Find the tickets of some months that point most nearly in the direction of `vector`.

    One request searches the partitions of those months, and no others.

    Args:
        client: an open client.
        name: name of the collection.
        vector: the query, shape (dim,).
        months: such as ["2024-02", "2024-03"]; None means every month that is there, an empty list means none.
        limit: how many tickets.

    Returns:
        (id, cosine similarity) for each ticket, the most similar first.

    Raises:
        Exception: of any type: one of the months isn't there, or is released. Half an answer is none.
    """
    # TODO: what does Milvus search when it is given no partition names at all? And when the list is empty?
    raise NotImplementedError


def release_month(client: MilvusClient, name: str, month: str) -> None:
    """Take one month out of memory. Its tickets stay, and so do the other months; searching it fails."""
    # TODO
    raise NotImplementedError


def load_month(client: MilvusClient, name: str, month: str) -> None:
    """Bring one month back into memory, that one only, so that it can be searched again."""
    # TODO
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.showing import demo_client

    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((400, 8)).astype(np.float32)
    with demo_client() as client:
        create_tenants(client, "documents", dim=8, partitions=4)
        tenants = ["whale"] * 360 + ["shrimp"] * 40
        insert_documents(
            client,
            "documents",
            [{"id": i, "embedding": vectors[i].tolist(), "tenant": tenant} for i, tenant in enumerate(tenants)],
        )
        for tenant in ("whale", "shrimp"):
            found = search_tenant(client, "documents", tenant, vectors[0], 3)
            print(f"{tenant:8}", [f"{tenants[key]} {key}: {similarity:.2f}" for key, similarity in found])

        create_months(client, "tickets", dim=8)
        months = [f"2024-{1 + i % 3:02}" for i in range(400)]
        tickets = [{"id": i, "embedding": vectors[i].tolist(), "month": month} for i, month in enumerate(months)]
        print("dropped ", store(client, "tickets", tickets, cap=3))
        print("there is", client.list_partitions("tickets"))
        for wanted in (["2024-02"], None):
            found = search_months(client, "tickets", vectors[0], wanted, 3)
            print(f"{wanted or 'all'!s:12}", [f"{months[key]} {key}: {similarity:.2f}" for key, similarity in found])
