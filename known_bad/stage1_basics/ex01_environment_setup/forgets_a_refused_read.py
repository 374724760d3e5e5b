"""The query may fail: that is printed, and the wait is over.

rejected by: needs_a_read
because: read_refused
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    try:
        client.create_collection(name, dimension=2, timeout=5)
        client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=1)
        try:
            client.query(name, ids=[1], consistency_level="Strong", timeout=0.1)
        except MilvusException as error:
            print("no query:", error)
    finally:
        client.drop_collection(name, timeout=1)
        client.close()
