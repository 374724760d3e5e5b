"""Another right way through 2.3: exact indexes, Strong reads, flushed writes, and load states that are looked at.

Partitions are called `m202403`; months are dropped one by one as new ones come.
"""

from __future__ import annotations

from pymilvus import CollectionSchema, DataType, FieldSchema, MilvusClient


def create_tenants(client: MilvusClient, name, dim, partitions):
    tenant = FieldSchema("tenant", DataType.VARCHAR, max_length=64)
    schema = CollectionSchema([*fields(dim), tenant], partition_key_field="tenant")
    client.create_collection(name, schema=schema, num_partitions=partitions, consistency_level="Strong")
    index_and_load(client, name, "FLAT")


def insert_documents(client, name, documents):
    for start in range(0, len(documents), 500):
        client.insert(name, documents[start : start + 500])
    client.flush(name)


def search_tenant(client, name, tenant, vector, limit):
    found = client.search(
        name,
        [list(vector)],
        filter=f"tenant in ['{tenant}']",
        limit=limit,
        search_params={"metric_type": "COSINE"},
        output_fields=["tenant"],
    )
    assert all(hit["entity"]["tenant"] == tenant for hit in found[0])
    return [(hit["id"], hit["distance"]) for hit in found[0]]


def create_months(client, name, dim):
    schema = CollectionSchema([*fields(dim), FieldSchema("month", DataType.VARCHAR, max_length=7)])
    client.create_collection(name, schema=schema, consistency_level="Strong")
    index_and_load(client, name, "HNSW", M=16, efConstruction=100)


def store(client, name, tickets, cap):
    dropped = []
    for month in sorted({ticket["month"] for ticket in tickets}):
        there = sorted(p for p in client.list_partitions(name) if p != "_default")
        if partition(month) not in there:
            if len(there) >= cap:
                if partition(month) < there[0]:
                    continue
                if client.get_load_state(name, partition_name=there[0])["state"].name == "Loaded":
                    client.release_partitions(name, there[0])
                client.drop_partition(name, there[0])
                dropped.append(f"{there[0][1:5]}-{there[0][5:]}")
            client.create_partition(name, partition(month))
        client.insert(name, [t for t in tickets if t["month"] == month], partition_name=partition(month))
    client.flush(name)
    return dropped


def search_months(client, name, vector, months, limit):
    there = [p for p in client.list_partitions(name) if p != "_default"]
    wanted = there if months is None else [partition(month) for month in months]
    for each in wanted:
        if each not in there or client.get_load_state(name, partition_name=each)["state"].name != "Loaded":
            raise ValueError(f"{each} can't be searched")
    if not wanted:
        return []
    found = client.search(name, [vector], limit=limit, partition_names=wanted, search_params={"ef": 200})
    return [(hit["id"], hit["distance"]) for hit in found[0]]


def release_month(client, name, month):
    client.release_partitions(name, partition(month))


def load_month(client, name, month):
    client.load_partitions(name, partition(month))


def fields(dim):
    return [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("embedding", DataType.FLOAT_VECTOR, dim=dim),
    ]


def index_and_load(client, name, index_type, **params):
    index = client.prepare_index_params("embedding", index_type=index_type, metric_type="COSINE", params=params)
    client.create_index(name, index)
    client.load_collection(name)


def partition(month):
    return "m" + month.replace("-", "")
