"""The index is made after the collection, and nobody loads it.

rejected by: creates_the_collection
because: not_loaded
on: server
"""

from __future__ import annotations


def create_collection(client, name):
    schema = client.create_schema(auto_id=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("document", DataType.INT64)
    schema.add_field("text", DataType.VARCHAR, max_length=8192)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, consistency_level="Session")
    client.create_index(name, index)
