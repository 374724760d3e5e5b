"""The dimension is that of a bigger model.

rejected by: creates_the_collection
because: wrong_dim
on: lite, server
"""

from __future__ import annotations


def create_collection(client, name, dim):
    schema = client.create_schema()
    schema.add_field("path", DataType.VARCHAR, max_length=512, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=512)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)
