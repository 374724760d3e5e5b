"""An IVF index with one probe, from a benchmark where that was quick enough.

rejected by: searches_by_meaning
because: misses_neighbours
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
    schema.add_function(Function("bm25", FunctionType.BM25, input_field_names=["text"], output_field_names=["words"]))
    index = client.prepare_index_params()
    index.add_index("meaning", index_type="IVF_FLAT", metric_type="COSINE", params={"nlist": 64})
    index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection(name, schema=schema, index_params=index)
