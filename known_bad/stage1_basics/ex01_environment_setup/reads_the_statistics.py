"""It looks into get_collection_stats() for its row, which no query node has to serve.

rejected by: needs_a_read
because: no_read
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    try:
        client.create_collection(name, dimension=2, timeout=5)
        client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=1)
        client.get_collection_stats(name, timeout=1)
    finally:
        client.drop_collection(name, timeout=1)
        client.close()
