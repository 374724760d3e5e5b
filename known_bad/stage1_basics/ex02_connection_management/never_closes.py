"""The client is given out and forgotten: Python will close it some time, or so one thinks.

rejected by: closes_its_client
because: left_open
on: lite, server
"""


@contextmanager
def connected(uri, database):
    yield MilvusClient(uri=uri, db_name=database)
