"""The probe's collection stays on the server.

rejected by: leaves_nothing_behind
because: left_behind
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client, name = MilvusClient(uri, timeout=1), f"ready_{uuid.uuid4().hex}"
    client.create_collection(name, dimension=2, timeout=5)
    client.insert(name, [{"id": 1, "vector": [0.0, 1.0]}], timeout=1)
    client.query(name, ids=[1], consistency_level="Strong", timeout=1)
    client.close()
