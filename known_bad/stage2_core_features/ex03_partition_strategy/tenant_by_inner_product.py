"""The index has the metric IP, as many tutorials do whose vectors are normalised; these are not.

rejected by: tenant_finds_only_its_own
because: inner_product
on: lite, server
"""


def _create(client, name, dim, owner, is_partition_key=False, **options):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field(owner, DataType.VARCHAR, max_length=64, is_partition_key=is_partition_key)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="AUTOINDEX", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index, **options)
