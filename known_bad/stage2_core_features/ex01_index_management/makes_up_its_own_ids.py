"""The server gives the ids (auto_id), so what a search finds can't be told from its place in the vectors.

rejected by: seals_every_row
because: wrong_key
on: server
"""


def fill(client, name, vectors):
    schema = client.create_schema(auto_id=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    client.create_collection(name, schema=schema)
    client.insert(name, [{"embedding": vector} for vector in vectors.tolist()])
    client.flush(name)
