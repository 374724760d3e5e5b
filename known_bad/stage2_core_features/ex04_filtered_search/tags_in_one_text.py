"""The tags are one text with commas, so none can be looked for by itself.

rejected by: creates_the_products
because: wrong_field_type
on: lite, server
"""


def create_products(client, name, dim):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    for field in ("name", "brand", "tags"):
        schema.add_field(field, DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("price", DataType.DOUBLE)
    schema.add_field("details", DataType.JSON)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)
