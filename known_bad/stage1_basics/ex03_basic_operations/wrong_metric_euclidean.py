"""The index has the metric L2, which was the default for years.

rejected by: search_equals_numpy
because: euclidean
on: lite, server
"""


def create_collection(client, name, dim):
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("title", DataType.VARCHAR, max_length=TITLE_BYTES)
    schema.add_field("details", DataType.JSON)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index)
