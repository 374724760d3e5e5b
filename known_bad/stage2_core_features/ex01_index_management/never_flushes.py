"""The rows stay in a growing segment: nothing is indexed, every search compares with every row, recall is 1.0.

rejected by: seals_every_row
because: not_sealed
on: server
"""


def fill(client, name, vectors):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    client.create_collection(name, schema=schema)
    client.insert(name, [{"id": row, "embedding": vector} for row, vector in enumerate(vectors.tolist())])
