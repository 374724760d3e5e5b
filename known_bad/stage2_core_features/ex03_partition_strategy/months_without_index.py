"""The tickets' collection is created without an index, so Milvus doesn't load it.

rejected by: creates_the_tickets
because: not_loaded
on: server
"""


def create_months(client, name, dim):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("month", DataType.VARCHAR, max_length=7)
    client.create_collection(name, schema=schema)
