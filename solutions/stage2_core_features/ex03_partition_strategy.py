"""2.3 Partition strategy: reference solution.

The brief stands in exercises/stage2_core_features/ex03_partition_strategy.py.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

PREFIX = "month_"


def create_tenants(client: MilvusClient, name: str, dim: int, partitions: int) -> None:
    """Create the document collection: Milvus spreads the tenants over a fixed number of partitions."""
    _create(client, name, dim, "tenant", is_partition_key=True, num_partitions=partitions)


def insert_documents(client: MilvusClient, name: str, documents: list[dict[str, Any]]) -> None:
    """Insert documents of any tenants."""
    client.insert(name, documents)


def search_tenant(
    client: MilvusClient, name: str, tenant: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the documents of one tenant nearest to a vector, best first, as (key, cosine similarity)."""
    found = client.search(name, [vector.tolist()], limit=limit, filter=f'tenant == "{tenant}"')[0]
    return [(hit["id"], hit["distance"]) for hit in found]


def create_months(client: MilvusClient, name: str, dim: int) -> None:
    """Create the ticket collection, which has no months yet."""
    _create(client, name, dim, "month")


def store(client: MilvusClient, name: str, tickets: list[dict[str, Any]], cap: int) -> list[str]:
    """Store the tickets of the newest `cap` months, a partition for each; return the months that were dropped."""
    arrived = defaultdict(list)
    for ticket in tickets:
        arrived[ticket["month"]].append(ticket)
    there = _months(client, name)
    kept = sorted({*there, *arrived})[-cap:]

    dropped = [month for month in there if month not in kept]
    for month in dropped:  # before any is created: never more than the cap, not for a moment either
        release_month(client, name, month)
        client.drop_partition(name, _partition(month))
    for month in kept:
        if month not in there:
            client.create_partition(name, _partition(month))
        if month in arrived:
            client.insert(name, arrived[month], partition_name=_partition(month))
    return dropped


def search_months(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], months: list[str] | None, limit: int
) -> list[tuple[int, float]]:
    """Find the tickets of some months, or of all, nearest to a vector; raise if one of the months can't be searched."""
    there = _months(client, name)
    wanted = there if months is None else months
    if missing := sorted(set(wanted) - set(there)):
        raise LookupError(f"there are no tickets of {', '.join(missing)}")
    if not wanted:
        return []  # no names at all would mean every partition
    # Milvus refuses a partition that is named and not loaded. Unnamed, it would be left out without a word.
    names = [_partition(month) for month in wanted]
    found = client.search(name, [vector.tolist()], limit=limit, partition_names=names)[0]
    return [(hit["id"], hit["distance"]) for hit in found]


def release_month(client: MilvusClient, name: str, month: str) -> None:
    """Take one month out of memory; its tickets stay on disk."""
    client.release_partitions(name, [_partition(month)])


def load_month(client: MilvusClient, name: str, month: str) -> None:
    """Bring one month back into memory."""
    client.load_partitions(name, [_partition(month)])


def _create(
    client: MilvusClient, name: str, dim: int, owner: str, is_partition_key: bool = False, **options: int
) -> None:
    """Create a collection whose rows belong to a tenant or a month, with its index, loaded."""
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field(owner, DataType.VARCHAR, max_length=64, is_partition_key=is_partition_key)

    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index, **options)


def _months(client: MilvusClient, name: str) -> list[str]:
    """Return the months that have a partition, oldest first; the server knows them, whoever made them."""
    names = (each for each in client.list_partitions(name) if each.startswith(PREFIX))
    return sorted(each.removeprefix(PREFIX).replace("_", "-") for each in names)


def _partition(month: str) -> str:
    """Return the name of a month's partition: `month_2024_03`, since a name takes no hyphen."""
    return PREFIX + month.replace("-", "_")
