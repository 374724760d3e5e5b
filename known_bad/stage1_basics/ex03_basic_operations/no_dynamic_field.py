"""The schema's dynamic field is off, as it is when one leaves it out of create_schema.

rejected by: creates_the_collection
because: no_dynamic_field
on: lite, server
"""


def create_collection(client, name, dim):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("title", DataType.VARCHAR, max_length=TITLE_BYTES)
    schema.add_field("details", DataType.JSON)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)
