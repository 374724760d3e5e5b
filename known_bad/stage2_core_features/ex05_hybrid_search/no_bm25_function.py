"""A field for sparse vectors, and nothing that fills it: the function was left out.

rejected by: creates_the_collection
because: no_bm25
on: lite
"""

from __future__ import annotations


def create_collection(client, name, dim):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=4096, enable_analyzer=True)
    schema.add_field("category", DataType.VARCHAR, max_length=64)
    schema.add_field("meaning", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    index = client.prepare_index_params()
    index.add_index("meaning", index_type="AUTOINDEX", metric_type="COSINE")
    index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index)
