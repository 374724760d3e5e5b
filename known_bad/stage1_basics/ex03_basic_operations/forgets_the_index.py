"""The collection is created without an index, so Milvus doesn't load it and can't search it.

rejected by: creates_the_collection
because: not_loaded
on: server
"""


def create_collection(client, name, dim):
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("title", DataType.VARCHAR, max_length=TITLE_BYTES)
    schema.add_field("details", DataType.JSON)
    client.create_collection(name, schema=schema)
