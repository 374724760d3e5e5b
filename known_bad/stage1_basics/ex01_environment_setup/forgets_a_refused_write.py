"""The insert may fail: that is printed, and the read of an empty collection goes through.

rejected by: needs_a_write
because: write_refused
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    try:
        client.create_collection(name, dimension=2, timeout=5)
        try:
            client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=0.1)
        except MilvusException as error:
            print("no insert:", error)
        client.query(name, ids=[1], consistency_level="Strong", timeout=1)
    finally:
        client.drop_collection(name, timeout=1)
        client.close()
