"""Each call gets all the time that is left, and pymilvus repeats a refused one beyond that.

rejected by: tidies_up_after_a_failure
because: too_late
on: lite
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    try:
        client.create_collection(name, dimension=2, timeout=deadline - time.monotonic())
        client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=deadline - time.monotonic())
        client.query(name, ids=[1], consistency_level="Strong", timeout=deadline - time.monotonic())
    finally:
        client.drop_collection(name, timeout=cleaning_s)
        client.close()
