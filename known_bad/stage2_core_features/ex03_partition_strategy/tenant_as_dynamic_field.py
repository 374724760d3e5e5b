"""The tenant isn't in the schema: it goes into the dynamic field, which takes anything.

rejected by: creates_the_documents
because: no_field
on: lite, server
"""


def create_tenants(client, name, dim, partitions):
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)
