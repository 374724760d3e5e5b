"""Rows are numbered within their batch, so later batches have the numbers of the first again.

rejected by: serves_the_index
because: wrong_ids
on: server
"""


def fill(client, name, vectors):
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    client.create_collection(name, schema=schema)
    for start in range(0, len(vectors), 1_000):
        batch = vectors[start : start + 1_000].tolist()
        client.insert(name, [{"id": row, "embedding": vector} for row, vector in enumerate(batch)])
    client.flush(name)
