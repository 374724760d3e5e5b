"""Every caller works in a collection of the same name.

rejected by: shares_no_name
because: shared_name
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), "readiness_probe"
    try:
        client.create_collection(name, dimension=2, timeout=5)
        client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=1)
        client.query(name, ids=[1], consistency_level="Strong", timeout=1)
    finally:
        client.drop_collection(name, timeout=1)
        client.close()
