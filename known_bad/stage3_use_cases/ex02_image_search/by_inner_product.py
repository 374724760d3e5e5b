"""The metric is IP.

rejected by: creates_the_collection
because: wrong_metric
on: lite, server
"""

from __future__ import annotations


def create_collection(client, name, dim):
    schema = client.create_schema()
    schema.add_field("path", DataType.VARCHAR, max_length=512, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index)
