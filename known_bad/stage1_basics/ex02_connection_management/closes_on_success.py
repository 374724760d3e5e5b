"""The client is closed in the last line, which isn't reached when the block raises.

rejected by: closes_after_an_error
because: left_open
on: lite, server
"""


@contextmanager
def connected(uri, database):
    client = MilvusClient(uri=uri, db_name=database)
    yield client
    client.close()
