"""Exceptions of the block are caught, so that the client can be closed, and not raised again.

rejected by: closes_after_an_error
because: exception_swallowed
on: lite, server
"""


@contextmanager
def connected(uri, database):
    client = MilvusClient(uri=uri, db_name=database)
    try:
        yield client
    except Exception as error:
        print("failed:", error)
    finally:
        client.close()
