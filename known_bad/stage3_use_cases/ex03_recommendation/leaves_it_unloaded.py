"""The index is made afterwards, and nobody loads the collection.

rejected by: creates_the_collection
because: not_loaded
on: server
"""

from __future__ import annotations


def create_collection(client, name):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("category", DataType.VARCHAR, max_length=64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=FACTORS + CONTENT)
    client.create_collection(name, schema=schema)
    index = client.prepare_index_params("vector", index_type="FLAT", metric_type="IP")
    client.create_index(name, index)
