"""The collection is dropped in the last line, which is never reached when something before it fails.

rejected by: tidies_up_after_a_failure
because: left_behind_after_a_failure
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    client.create_collection(name, dimension=2, timeout=5)
    client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=0.4)
    client.query(name, ids=[1], consistency_level="Strong", timeout=0.4)
    client.drop_collection(name, timeout=1)
    client.close()
