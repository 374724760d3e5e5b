"""The address of one's own machine is written into the code, where the argument should be used.

rejected by: closes_its_client
because: raised
on: lite, server
"""


@contextmanager
def connected(uri, database):
    client = MilvusClient(uri="http://127.0.0.1:1", timeout=0.5)
    try:
        yield client
    finally:
        client.close()
