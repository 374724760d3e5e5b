"""Another right way through 2.4: an approximate index that is told to look at more, and other words for every wish.

Texts are quoted by json.dumps, which is right as long as it leaves Korean alone; LIKE where it is safe; INVERTED where
it is known.
"""

from __future__ import annotations

import json

from pymilvus import CollectionSchema, DataType, FieldSchema, MilvusClient, MilvusException

TEXT_BYTES = 200
MOST_TAGS = 8


def quote(value):
    return json.dumps(value, ensure_ascii=False)


def price_between(low, high):
    return f"not (price < {low!r} or price > {high!r})"


def brand_in(brands):
    return " or ".join(f"brand == {quote(brand)}" for brand in brands) or "brand in []"


def has_tags(tags):
    return f"array_contains_all(tags, {json.dumps(tags, ensure_ascii=False)})"


def attribute_is(path, value):
    if isinstance(value, str):
        value = quote(value)
    return "details" + "".join(f"['{key}']" for key in path) + f" == {value}"


def name_starts_with(prefix):
    if set(prefix) & {"%", "_", "\\"}:
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return f"{quote(prefix)} <= name and name < {quote(after)}"
    return f"name like {quote(prefix + '%')}"


def all_of(expressions):
    if not expressions:
        return "id >= 0"
    first, *rest = expressions
    return f"({first}) && ({all_of(rest)})" if rest else first


def create_products(client: MilvusClient, name, dim):
    text = {"max_length": TEXT_BYTES}
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("name", DataType.VARCHAR, **text),
        FieldSchema("brand", DataType.VARCHAR, **text),
        FieldSchema("price", DataType.DOUBLE),
        FieldSchema("tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MOST_TAGS, **text),
        FieldSchema("details", DataType.JSON),
        FieldSchema("embedding", DataType.FLOAT_VECTOR, dim=dim),
    ]
    client.create_collection(name, schema=CollectionSchema(fields, enable_dynamic_field=True))
    graph = {"index_type": "HNSW", "metric_type": "COSINE", "params": {"M": 24, "efConstruction": 200}}
    client.create_index(name, client.prepare_index_params("embedding", **graph))
    client.load_collection(name)


def index_fields(client, name):
    for field, older in (("name", "Trie"), ("brand", "Trie"), ("price", "STL_SORT")):
        try:
            client.create_index(name, client.prepare_index_params(field, index_type="INVERTED"))
        except MilvusException:
            client.create_index(name, client.prepare_index_params(field, index_type=older))


def search_products(client, name, vector, expression, limit):
    found = client.search(
        name, data=[vector], filter=expression, limit=limit, search_params={"params": {"ef": max(400, limit)}}
    )
    return [(hit["id"], hit["distance"]) for hit in found[0]]
